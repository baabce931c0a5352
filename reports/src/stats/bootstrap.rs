//! Computes the bootstrap-t interval of a mean (Efron and Tibshirani 1993, chapter 12).
//!
//! Each resample's mean is expressed in units of its own standard error, and the quantiles of those replace Student's.
//! Percentiles of the resampled means hold the truth in only 88 of 100 cases with eight values. This interval stays
//! close to its 95 %, also where the noise has one long tail, as timings have.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::stats::{Estimate, deviation, mean, quantile};

/// Fewest values. With fewer there are too few different resamples.
pub const LEAST: usize = 6;

/// Number of resamples. With more, the interval's ends move by a few hundredths of its width.
const RESAMPLES: usize = 1999;

/// Returns the mean with its equal-tailed 95 % bootstrap-t interval. The same values always give the same interval.
/// There is none with fewer than [`LEAST`] values.
pub fn mean_interval(values: &[f64]) -> Option<Estimate> {
    mean_test(values).map(|(estimate, _)| estimate)
}

/// Returns the p-value of a mean this far from 0: the share of resamples whose mean is as many of its own standard
/// errors from theirs. It is at least 1 in 2,000, and there is none with fewer than [`LEAST`] values.
pub fn p_value(values: &[f64]) -> Option<f64> {
    mean_test(values).map(|(_, p)| p)
}

/// Returns whether the interval begins at 0 or above. Where it clearly does not, a few of the resamples are enough to
/// know.
pub(crate) fn begins_at_zero(values: &[f64]) -> Option<bool> {
    let n = values.len();
    let value = mean(values).filter(|_| n >= LEAST)?;
    let distance = value / (deviation(values)? / (n as f64).sqrt());
    let beyond = shifts(values, value, &draws(n)).filter(|shift| *shift > distance).take(TAIL).count();
    Some(beyond < TAIL && mean_interval(values)?.low? >= 0.0)
}

/// How many shifts must be above a value for it to be below their 97.5 % quantile.
const TAIL: usize = RESAMPLES - (RESAMPLES - 1) * 975 / 1000;

/// Returns [`mean_interval`] and [`p_value`] from the same resamples.
pub(crate) fn mean_test(values: &[f64]) -> Option<(Estimate, f64)> {
    let n = values.len();
    let value = mean(values).filter(|_| n >= LEAST)?;
    let standard_error = deviation(values)? / (n as f64).sqrt();
    // Values that are all alike, as bytes are, need no resamples.
    let shifts: Vec<f64> = if standard_error > 0.0 { shifts(values, value, &draws(n)).collect() } else { Vec::new() };
    let end = |p: f64| quantile(&shifts, p).map_or(value, |shift| value - shift * standard_error);
    let estimate = Estimate { n, value, low: Some(end(0.975)), high: Some(end(0.025)) };
    Some((estimate, chance(&shifts, value, standard_error)))
}

fn chance(shifts: &[f64], value: f64, standard_error: f64) -> f64 {
    let distance = value.abs() / standard_error;
    if !distance.is_finite() {
        return if value == 0.0 { 1.0 } else { 0.0 };
    }
    let as_far = shifts.iter().filter(|shift| shift.abs() >= distance).count();
    (1 + as_far) as f64 / (1 + shifts.len()) as f64
}

/// Returns, for each resample, how many of its own standard errors its mean is above `center`. Resamples of one value
/// repeated have no standard error and are left out.
fn shifts(values: &[f64], center: f64, draws: &[u32]) -> impl Iterator<Item = f64> {
    let blocks = draws.chunks(BLOCK * values.len());
    blocks.flat_map(move |block| of_block(values, center, block)).filter(|shift| shift.is_finite())
}

/// Number of resamples that are computed side by side, which processors do as fast as a few one after the other.
const BLOCK: usize = 64;

/// Returns the shifts of up to [`BLOCK`] resamples. `block` has the first draw of each, then the second, and so on. A
/// shift that does not exist is not finite.
fn of_block(values: &[f64], center: f64, block: &[u32]) -> impl Iterator<Item = f64> {
    let (n, wide) = (values.len() as f64, block.len() / values.len());
    let (mut means, mut squares) = ([0.0; BLOCK], [0.0; BLOCK]);
    for draws in block.chunks_exact(wide) {
        means.iter_mut().zip(draws).for_each(|(sum, place)| *sum += values[*place as usize]);
    }
    means.iter_mut().for_each(|sum| *sum /= n);
    for draws in block.chunks_exact(wide) {
        let each = squares.iter_mut().zip(means).zip(draws);
        each.for_each(|((sum, mean), place)| *sum += (values[*place as usize] - mean).powi(2));
    }
    let shift = move |(mean, squares): (f64, f64)| (mean - center) / ((squares / (n - 1.0)).sqrt() / n.sqrt());
    means.into_iter().zip(squares).take(wide).map(shift)
}

/// Returns which of `n` values each resample draws, in blocks as [`of_block`] takes them. Every bootstrap of as many
/// values draws the same, so they are drawn once.
fn draws(n: usize) -> Arc<[u32]> {
    static DRAWN: Mutex<BTreeMap<usize, Arc<[u32]>>> = Mutex::new(BTreeMap::new());
    if n > KEPT {
        return draw(n);
    }
    // A thread that panics here has changed nothing yet.
    let mut drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(drawn.entry(n).or_insert_with(|| draw(n)))
}

fn draw(n: usize) -> Arc<[u32]> {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut places = vec![0; RESAMPLES * n];
    for block in places.chunks_mut(BLOCK * n) {
        let wide = block.len() / n;
        for resample in 0..wide {
            (0..n).for_each(|draw| block[draw * wide + resample] = rng.random_range(0..n) as u32);
        }
    }
    places.into()
}

/// Largest number of values whose resamples are kept: eight megabytes.
const KEPT: usize = 1000;
