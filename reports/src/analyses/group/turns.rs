//! Holds what the sets say of one member's times: one ratio per set, from the turns that it took with the group's
//! reference.

use std::collections::BTreeMap;

use crate::analyses::metric::Metric;
use crate::rows::record::RunRow;
use crate::stats::lockstep::Sample;
use crate::stats::paired::Contrast;

/// One metric of one member, set by set.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Turns {
    /// For each set, the logarithm of the metric as a multiple of the reference's; 0 for the reference itself.
    logs: BTreeMap<u64, f64>,
    /// Number of the last set that was planned before the first was measured; `None` if all were.
    pilot: Option<u64>,
}

impl Turns {
    /// Adds what a row says of its set, if it says anything.
    pub(super) fn add(&mut self, metric: Metric, row: &RunRow) {
        if let Some((set, log)) = row.set.zip(log_ratio(metric, row)) {
            self.logs.insert(set, log);
            self.pilot = self.pilot.into_iter().chain(row.pilot_sets).min();
        }
    }

    /// Returns the ratio to `base` over the sets that both were in: the member's ratio to the reference over the
    /// base's. There is none if they share no set.
    pub(super) fn ratio(&self, base: &Turns) -> Option<Contrast> {
        let both = self.logs.iter().filter_map(|(set, own)| Some((*set, own - base.logs.get(set)?)));
        let (sets, logs): (Vec<u64>, Vec<f64>) = both.unzip();
        let last = self.pilot.into_iter().chain(base.pilot).min().unwrap_or(u64::MAX);
        Sample { logs: &logs, pilot: sets.iter().filter(|set| **set <= last).count() }.contrast()
    }

    /// Returns whether no set has a ratio.
    pub(super) fn is_empty(&self) -> bool {
        self.logs.is_empty()
    }
}

/// Returns the logarithm of the metric as a multiple of the reference's in this set. There is none if it took turns
/// with another program, such as a gate's base.
fn log_ratio(metric: Metric, row: &RunRow) -> Option<f64> {
    let is_reference = row.model == row.reference && !row.twin && row.time_reference.is_empty();
    let time = match row.time_ratio {
        None if is_reference => Some(0.0),
        Some(ratio) if row.time_reference == row.reference && ratio > 0.0 && ratio.is_finite() => Some(ratio.ln()),
        _ => None,
    };
    time.map(|log| if metric.more_is_better() { -log } else { log })
}
