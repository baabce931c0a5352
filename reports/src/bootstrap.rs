//! The bootstrap-t interval of a mean (Efron and Tibshirani 1993, chapter 12).
//!
//! Each resample's mean is put in units of its own standard error, and the quantiles of those take the place of
//! Student's. Unlike percentiles of the resampled means, which hold the truth in only 88 of 100 cases with eight values, it
//! keeps close to its 95 %, also where the noise has one long tail, as timings have.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::stats::{Estimate, deviation, mean, quantile};

/// Fewest values: with less there are too few different resamples.
pub const LEAST: usize = 6;

/// Resamples; the interval's ends move by a few hundredths of its width with more.
const RESAMPLES: usize = 1999;

/// The mean with its equal-tailed 95 % bootstrap-t interval; the same values always give the same interval. None with
/// fewer than [`LEAST`] values.
pub fn mean_interval(values: &[f64]) -> Option<Estimate> {
    mean_test(values).map(|(estimate, _)| estimate)
}

/// The chance of a mean at least so far from 0, were the truth 0: the share of resamples whose mean lies as many of its own
/// standard errors from theirs. At least 1 in 2,000; none with fewer than [`LEAST`] values.
pub fn p_value(values: &[f64]) -> Option<f64> {
    mean_test(values).map(|(_, p)| p)
}

/// [`mean_interval`] and [`p_value`] from the same resamples.
pub fn mean_test(values: &[f64]) -> Option<(Estimate, f64)> {
    let n = values.len();
    let value = mean(values).filter(|_| n >= LEAST)?;
    let standard_error = deviation(values)? / (n as f64).sqrt();
    let mut shifts = studentized(values, value);
    let p = chance(&shifts, value, standard_error);
    shifts.sort_unstable_by(f64::total_cmp);
    let end = |p: f64| quantile(&shifts, p).map_or(value, |shift| value - shift * standard_error);
    Some((Estimate { n, value, low: Some(end(0.975)), high: Some(end(0.025)) }, p))
}

fn chance(shifts: &[f64], value: f64, standard_error: f64) -> f64 {
    let distance = value.abs() / standard_error;
    if !distance.is_finite() {
        return if value == 0.0 { 1.0 } else { 0.0 };
    }
    let as_far = shifts.iter().filter(|shift| shift.abs() >= distance).count();
    (1 + as_far) as f64 / (1 + shifts.len()) as f64
}

/// For each resample, how many of its own standard errors its mean lies above `centre`. Resamples of one value repeated
/// have no standard error and are left out.
fn studentized(values: &[f64], centre: f64) -> Vec<f64> {
    let n = values.len();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut resample = vec![0.0; n];
    let mut shifts = Vec::with_capacity(RESAMPLES);
    for _ in 0..RESAMPLES {
        resample.fill_with(|| values[rng.random_range(0..n)]);
        let (Some(mean), Some(deviation)) = (mean(&resample), deviation(&resample)) else { continue };
        if deviation > 0.0 {
            shifts.push((mean - centre) / (deviation / (n as f64).sqrt()));
        }
    }
    shifts
}
