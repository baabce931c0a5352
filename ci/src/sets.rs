//! What sets of fresh processes say of one time: the samples that a verdict on it rests on.

use serde::Serialize;
use skipbench_reports::stats::Estimate;
use skipbench_reports::stats::lockstep::{Sample, noise_floor};

/// One time, measured by a base, a head and the base again that took turns step by step. Ratios are of the time for one
/// unit of work to the base's, a set of fresh processes each.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SetTimes {
    /// Median step of the base, in nanoseconds.
    pub base_step_ns: Option<f64>,
    /// Of the head.
    pub head_step_ns: Option<f64>,
    /// The head's ratio to the base in each set.
    pub head_ratios: Vec<f64>,
    /// The base's ratio to itself, started again.
    pub again_ratios: Vec<f64>,
    /// The ratio of the base that was linked in another order; empty where there is none.
    pub relinked_ratios: Vec<f64>,
    /// Steps that count, all programs together.
    pub steps: u64,
    /// Turns that count.
    pub turns: u64,
    /// Of them, those that were left out because something else held the machine up.
    pub dropped_turns: u64,
    /// How long its sets took together, in seconds.
    pub seconds: Option<f64>,
}

impl SetTimes {
    pub(crate) fn head(&self) -> Vec<f64> {
        logs(&self.head_ratios)
    }

    /// How far the base may differ from itself by its interval, as a share.
    pub fn noise_floor(&self) -> Option<f64> {
        noise_floor(&ratio(&self.again_ratios)?)
    }

    /// What another order of the base's sections does to its time.
    pub fn layout(&self) -> Option<Estimate> {
        ratio(&self.relinked_ratios)
    }

    /// The limit of its slowdown: what is allowed, or what layout alone does if that is more.
    pub(crate) fn limit(&self, allowed: f64) -> f64 {
        let layout = self.layout().map_or(0.0, |layout| layout.value.max(1.0 / layout.value) - 1.0);
        allowed.max(layout)
    }
}

/// The ratio over all sets; none of no set.
pub(crate) fn ratio(ratios: &[f64]) -> Option<Estimate> {
    Sample::fixed(&logs(ratios)).ratio()
}

fn logs(ratios: &[f64]) -> Vec<f64> {
    ratios.iter().map(|ratio| ratio.ln()).collect()
}
