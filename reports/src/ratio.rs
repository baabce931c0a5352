//! The ratio of two things that were measured in pairs: what every comparison here rests on.

use crate::bootstrap;
use crate::stats::{self, Estimate};

/// The geometric mean of `value / base` over pairs, with the 95 % interval of the logarithms' mean taken back: bootstrap-t
/// from [`bootstrap::LEAST`] pairs on, Student's below.
///
/// Pairs in which either number is not positive have no ratio and are left out; none where no pair is left.
pub fn paired_ratio(pairs: &[(f64, f64)]) -> Option<Estimate> {
    let positive = pairs.iter().filter(|(value, base)| *value > 0.0 && *base > 0.0);
    let logs: Vec<f64> = positive.map(|(value, base)| (value / base).ln()).collect();
    let log = bootstrap::mean_interval(&logs).or_else(|| stats::mean_interval(&logs))?;
    Some(Estimate { n: log.n, value: log.value.exp(), low: log.low.map(f64::exp), high: log.high.map(f64::exp) })
}
