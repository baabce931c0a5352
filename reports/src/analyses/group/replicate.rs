//! Defines what pairs are formed by.

use crate::analyses::metric::Metric;
use crate::rows::record::RunRow;

/// Identifies one repetition. Pairs are formed of equal ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Replicate {
    /// Seed of the replicate.
    pub seed: u64,
    /// Round of timed cells with that seed.
    pub round: u64,
    /// Set of fresh processes that took turns; `None` for what was measured alone.
    pub set: Option<u64>,
}

impl Replicate {
    /// Returns the replicate of a row's metric. What is counted is the same in every round and set.
    pub(super) fn of(RunRow { seed, round, set, .. }: &RunRow, metric: Metric) -> Self {
        Self { seed: *seed, round: *round, set: set.filter(|_| !metric.is_exact()) }
    }
}
