//! Holds what sets of fresh processes say of one time: the samples that a verdict on it is based on.

use serde::Serialize;
use skipbench_reports::stats::Estimate;
use skipbench_reports::stats::lockstep::{Sample, noise_floor};

/// One time, measured by a base, a head and the base again that took turns step by step. Ratios are of the time for one
/// unit of work to the base's, one per set of fresh processes.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SetTimes {
    /// Median step of the base, in nanoseconds.
    pub base_step_ns: Option<f64>,
    /// Median step of the head, in nanoseconds.
    pub head_step_ns: Option<f64>,
    /// Ratios of the head to the base, one per set.
    pub head_ratios: Vec<f64>,
    /// Ratios of the base, started again, to itself.
    pub again_ratios: Vec<f64>,
    /// Ratios of the base that was linked in another order; empty where there is none.
    pub relinked_ratios: Vec<f64>,
    /// Number of steps that count, over all programs.
    pub steps: u64,
    /// Number of turns that count.
    pub turns: u64,
    /// Number of turns that were left out because something else held the machine up.
    pub dropped_turns: u64,
    /// Duration of its sets together, in seconds.
    pub seconds: Option<f64>,
}

impl SetTimes {
    pub(crate) fn head(&self) -> Vec<f64> {
        logs(&self.head_ratios)
    }

    /// Returns how much the base may differ from itself by its interval, as a share.
    pub fn noise_floor(&self) -> Option<f64> {
        noise_floor(&ratio(&self.again_ratios)?)
    }

    /// Returns the effect of another order of the base's sections on its time.
    pub fn layout(&self) -> Option<Estimate> {
        ratio(&self.relinked_ratios)
    }

    /// Returns the limit of its slowdown: what is allowed, or the effect of layout alone if that is larger.
    pub(crate) fn limit(&self, allowed: f64) -> f64 {
        let layout = self.layout().map_or(0.0, |layout| layout.value.max(1.0 / layout.value) - 1.0);
        allowed.max(layout)
    }
}

/// Returns the ratio over all sets, or `None` without sets.
pub(crate) fn ratio(ratios: &[f64]) -> Option<Estimate> {
    Sample::fixed(&logs(ratios)).ratio()
}

fn logs(ratios: &[f64]) -> Vec<f64> {
    ratios.iter().map(|ratio| ratio.ln()).collect()
}
