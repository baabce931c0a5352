//! What pairs are formed by.

/// One repetition: what pairs are formed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Replicate {
    /// Seed.
    pub seed: u64,
    /// Round of timed cells with that seed.
    pub round: u64,
}
