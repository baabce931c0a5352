//! Decides when warming up is over: steps have run for long enough, and they are no longer becoming faster or slower.

use std::time::Duration;

use skipbench_reports::stats::median;

/// Fewest steps in each of the two windows that are compared.
const WINDOW: usize = 3;

/// Difference below which medians are alike. The median of three steps of a quiet machine varies by about one percent.
const ALIKE: f64 = 0.03;

/// Holds the steps before timing begins.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WarmUp {
    times: Vec<f64>,
    spent: Duration,
}

impl WarmUp {
    /// Adds one more step, which took `time`.
    pub fn add(&mut self, time: Duration) {
        self.times.push(time.as_nanos() as f64);
        self.spent += time;
    }

    /// Returns the nanoseconds of every step so far.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// Returns how long they took together.
    pub fn spent(&self) -> Duration {
        self.spent
    }

    /// Returns how long they took together without the first. In that step a device compiles and tunes its kernels,
    /// which may take long.
    pub fn spent_since_first(&self) -> Duration {
        let first = self.times.first().map_or(Duration::ZERO, |first| Duration::from_nanos(*first as u64));
        self.spent.saturating_sub(first)
    }

    /// Returns whether the last third of the steps takes as long as the third before it, by their medians. The windows
    /// grow with the steps, so noise alone cannot keep them apart forever.
    pub fn is_steady(&self) -> bool {
        let window = (self.times.len() / 3).max(WINDOW);
        let Some(start) = self.times.len().checked_sub(2 * window) else { return false };
        let (before, after) = self.times[start..].split_at(window);
        match (median(before), median(after)) {
            (Some(before), Some(after)) if before > 0.0 => (after / before - 1.0).abs() <= ALIKE,
            _ => false,
        }
    }
}
