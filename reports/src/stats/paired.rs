//! Compares two things that were measured in pairs, which every comparison here is based on.

use crate::stats::bootstrap;
use crate::stats::{self, Estimate};

/// Holds what pairs say of a ratio or a difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// Ratio or difference with its 95 % interval: bootstrap-t from [`bootstrap::LEAST`] pairs on, Student's below.
    pub estimate: Estimate,
    /// P-value of no effect, uncorrected; `None` with fewer than two pairs.
    pub p: Option<f64>,
    /// Smallest effect that as many pairs with this spread would have shown in four cases of five; for a ratio as a
    /// share. There is none with fewer than three pairs, and for ratios and shares none above 1.
    pub detectable: Option<f64>,
}

/// Returns the geometric mean of `value / base` over pairs. All is computed with the logarithms and converted back.
///
/// Pairs in which either number is not positive have no ratio and are left out. There is none if no pair is left.
pub fn ratio(pairs: &[(f64, f64)]) -> Option<Contrast> {
    let Contrast { estimate: log, p, detectable } =
        contrast(&pairs.iter().copied().filter_map(log).collect::<Vec<f64>>())?;
    let estimate =
        Estimate { n: log.n, value: log.value.exp(), low: log.low.map(f64::exp), high: log.high.map(f64::exp) };
    Some(Contrast { estimate, p, detectable: detectable.map(f64::exp_m1).and_then(stats::useful) })
}

/// Returns the mean of `value − base` over pairs of shares of `count` things, such as test images, or `None` without
/// pairs.
///
/// Few pairs may all differ by the same number of things, which does not mean that the difference has no spread. The
/// spread is taken to be at least one thing.
pub fn counted_difference(pairs: &[(f64, f64)], count: u64) -> Option<Contrast> {
    let mut differences: Vec<f64> = pairs.iter().map(|(value, base)| value - base).collect();
    spread_by_one(&mut differences, count);
    contrast(&differences).map(|of| Contrast { detectable: of.detectable.and_then(stats::useful), ..of })
}

/// Returns the mean of `value − base` over pairs of anything else, or `None` without pairs.
pub fn difference(pairs: &[(f64, f64)]) -> Option<Contrast> {
    contrast(&pairs.iter().map(|(value, base)| value - base).collect::<Vec<f64>>())
}

/// Spreads differences of shares of `count` things evenly around the same mean, by one thing, if they differ by less
/// than one.
fn spread_by_one(differences: &mut [f64], count: u64) {
    let (one, length) = (1.0 / count as f64, differences.len() as f64);
    let (Some(mean), Some(spread)) = (stats::mean(differences), stats::deviation(differences)) else { return };
    if spread >= one {
        return;
    }
    // The deviation of 0, 1, …, n − 1.
    let unit = (length * (length + 1.0) / 12.0).sqrt();
    for (index, difference) in differences.iter_mut().enumerate() {
        *difference = mean + (index as f64 - (length - 1.0) / 2.0) * one / unit;
    }
}

/// Returns whether the whole interval of the [`counted_difference`] is at 0 or above. `room` holds the differences,
/// because this is asked too often to allocate.
pub(crate) fn surely_as_much(pairs: impl Iterator<Item = (f64, f64)>, count: u64, room: &mut Vec<f64>) -> bool {
    room.clear();
    room.extend(pairs.map(|(value, base)| value - base));
    spread_by_one(room, count);
    begins_at_zero(room)
}

/// Returns whether the whole interval of the [`ratio`] is at 1 or above. `room` serves the same purpose.
pub(crate) fn surely_as_many_times(pairs: impl Iterator<Item = (f64, f64)>, room: &mut Vec<f64>) -> bool {
    room.clear();
    room.extend(pairs.filter_map(log));
    begins_at_zero(room)
}

fn begins_at_zero(values: &[f64]) -> bool {
    let student = || Some(stats::mean_interval(values)?.low? >= 0.0);
    bootstrap::begins_at_zero(values).or_else(student).unwrap_or(false)
}

/// Returns the logarithm of a pair's ratio, where it has one.
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
