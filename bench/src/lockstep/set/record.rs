//! Holds what is kept of turns and sets.

use skipbench_reports::stats;
use skipbench_reports::stats::lockstep::Turn;

use crate::lockstep::{Evidence, Introduction};

/// One turn, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnRecord {
    /// Number of the set, from 1.
    pub set: u64,
    /// Place in the set's order, from 0; `None` while a program warms up alone.
    pub order: Option<u64>,
    /// Number of the program.
    pub member: usize,
    /// Nanoseconds of each step.
    pub times: Vec<u64>,
    /// Number of steps that count. The first step of a turn of several does not: it finds the caches as another program
    /// left them.
    pub counted: usize,
    /// What was observed from outside.
    pub evidence: Evidence,
}

impl TurnRecord {
    /// Returns the median of the steps that count.
    pub fn median_ns(&self) -> Option<f64> {
        let counted: Vec<f64> = self.counted_times().map(|time| time as f64).collect();
        stats::median(&counted)
    }

    /// Returns the times of the steps that count.
    pub fn counted_times(&self) -> impl Iterator<Item = u64> {
        self.times[self.times.len() - self.counted..].iter().copied()
    }

    /// Returns the turn for comparison with others, if it counts. `units` is what a step works through.
    pub fn compared(&self, units: u64) -> Option<Turn> {
        let ns = self.median_ns()? / units as f64;
        let disturbed = self.evidence.is_disturbed(self.times.iter().sum());
        Some(Turn { order: self.order?, member: self.member, ns, disturbed })
    }
}

/// Holds what one set measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SetRecord {
    /// Turns in order, warm-up included.
    pub turns: Vec<TurnRecord>,
    /// What programs said of themselves.
    pub introductions: Vec<(usize, Introduction)>,
    /// Programs that broke, with the reasons.
    pub broken: Vec<(usize, String)>,
}
