//! Two things that were measured in pairs: what every comparison here rests on.

use crate::bootstrap;
use crate::stats::{self, Estimate};

/// What pairs say of a ratio or a difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// The ratio or difference with its 95 % interval: bootstrap-t from [`bootstrap::LEAST`] pairs on, Student's below.
    pub estimate: Estimate,
    /// The chance of one at least so far from none, were there none. Uncorrected; none with fewer than two pairs.
    pub p: Option<f64>,
    /// The smallest that as many pairs with this spread would have shown in four cases of five; a ratio's as a share.
    pub detectable: Option<f64>,
}

/// The geometric mean of `value / base` over pairs: all is done with the logarithms and taken back.
///
/// Pairs in which either number is not positive have no ratio and are left out; none where no pair is left.
pub fn ratio(pairs: &[(f64, f64)]) -> Option<Contrast> {
    let Contrast { estimate: log, p, detectable } =
        contrast(&pairs.iter().copied().filter_map(log).collect::<Vec<f64>>())?;
    let estimate =
        Estimate { n: log.n, value: log.value.exp(), low: log.low.map(f64::exp), high: log.high.map(f64::exp) };
    Some(Contrast { estimate, p, detectable: detectable.map(f64::exp_m1) })
}

/// The mean of `value − base` over pairs; none where there is no pair.
pub fn difference(pairs: &[(f64, f64)]) -> Option<Contrast> {
    let differences: Vec<f64> = pairs.iter().map(|(value, base)| value - base).collect();
    contrast(&differences)
}

/// The [`difference`] of shares of `count` things, such as test images. Few pairs may all differ by the same number of them: that is no
/// difference without spread. The spread is taken to be one thing at least.
pub fn counted_difference(pairs: &[(f64, f64)], count: u64) -> Option<Contrast> {
    let differences: Vec<f64> = pairs.iter().map(|(value, base)| value - base).collect();
    let one = 1.0 / count as f64;
    match stats::deviation(&differences) {
        Some(spread) if spread < one => contrast(&spread_by(&differences, one)),
        _ => contrast(&differences),
    }
}

/// As many values around the same mean, evenly spread, with that standard deviation.
fn spread_by(values: &[f64], deviation: f64) -> Vec<f64> {
    let (count, mean) = (values.len() as f64, stats::mean(values).unwrap_or(0.0));
    let even = |index: usize| index as f64 - (count - 1.0) / 2.0;
    let unit = stats::deviation(&(0..values.len()).map(even).collect::<Vec<f64>>()).unwrap_or(1.0);
    (0..values.len()).map(|index| mean + even(index) * deviation / unit).collect()
}

/// Whether the whole interval of the [`difference`] lies at 0 or above. `room` is for the differences: this is asked too
/// often to allocate.
pub(crate) fn surely_as_much(pairs: impl Iterator<Item = (f64, f64)>, room: &mut Vec<f64>) -> bool {
    room.clear();
    room.extend(pairs.map(|(value, base)| value - base));
    begins_at_zero(room)
}

/// Whether the whole interval of the [`ratio`] lies at 1 or above, likewise.
pub(crate) fn surely_as_many_times(pairs: impl Iterator<Item = (f64, f64)>, room: &mut Vec<f64>) -> bool {
    room.clear();
    room.extend(pairs.filter_map(log));
    begins_at_zero(room)
}

fn begins_at_zero(values: &[f64]) -> bool {
    let student = || Some(stats::mean_interval(values)?.low? >= 0.0);
    bootstrap::begins_at_zero(values).or_else(student).unwrap_or(false)
}

/// The logarithm of a pair's ratio, where it has one.
fn log((value, base): (f64, f64)) -> Option<f64> {
    (value > 0.0 && base > 0.0).then(|| (value / base).ln())
}

fn contrast(values: &[f64]) -> Option<Contrast> {
    let (estimate, p) = match bootstrap::mean_test(values) {
        Some((estimate, p)) => (estimate, Some(p)),
        None => (stats::mean_interval(values)?, stats::p_value(values)),
    };
    Some(Contrast { estimate, p, detectable: stats::detectable(values) })
}
