//! Computes medians, intervals and exponents.

use std::cell::RefCell;
use std::collections::HashMap;

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// An estimate with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Number of values behind it.
    pub n: usize,
    /// Estimated value.
    pub value: f64,
    /// Lower end of the 95 % interval; `None` with fewer than two values.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval; `None` with fewer than two values.
    pub high: Option<f64>,
}

impl Estimate {
    /// Returns whether the interval exists and excludes `value`.
    pub fn excludes(&self, value: f64) -> bool {
        matches!((self.low, self.high), (Some(low), Some(high)) if value < low || value > high)
    }

    /// Returns half the interval's width as a share of the estimate, or `None` without an interval.
    pub fn half_width(&self) -> Option<f64> {
        Some((self.high? - self.low?) / 2.0 / self.value.abs())
    }
}

/// Returns the middle value, or the mean of the two middle ones. There is none for no values.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Returns the value below which the share `p` of the values is, interpolated between neighbors (Hyndman and Fan 1996,
/// type 7). There is none for no values.
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut values = values.to_vec();
    let place = p.clamp(0.0, 1.0) * values.len().checked_sub(1)? as f64;
    // Only two neighbors are wanted: a full sort would take several times as long.
    let (_, below, rest) = values.select_nth_unstable_by(place.floor() as usize, f64::total_cmp);
    let next = rest.iter().copied().min_by(f64::total_cmp).filter(|_| place.fract() > 0.0);
    Some(next.map_or(*below, |above| *below + (above - *below) * place.fract()))
}

/// Returns the arithmetic mean. There is none for no values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Returns the sample standard deviation (n − 1). There is none with fewer than two values.
pub fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// Returns the mean with Student's 95 % interval: mean ± t(0.975, n − 1) · s / √n. There is none for no values.
pub fn mean_interval(values: &[f64]) -> Option<Estimate> {
    let value = mean(values)?;
    let half = student_half_width(values);
    let (low, high) = (half.map(|half| value - half), half.map(|half| value + half));
    Some(Estimate { n: values.len(), value, low, high })
}

/// Returns the median with Student's interval of the mean, widened to hold the median. There is none for no values.
pub(crate) fn median_interval(values: &[f64]) -> Option<Estimate> {
    let (value, around) = (median(values)?, mean_interval(values)?);
    let (low, high) = (around.low.map(|low| low.min(value)), around.high.map(|high| high.max(value)));
    Some(Estimate { n: values.len(), value, low, high })
}

fn student_half_width(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    Some(student(n - 1.0, 0.975)? * deviation(values)? / n.sqrt())
}

/// Returns Student's t(p) with `freedom` degrees of freedom, or `None` with none. Values are cached, because a few are
/// asked for again and again.
fn student(freedom: f64, p: f64) -> Option<f64> {
    thread_local!(static KNOWN: RefCell<HashMap<[u64; 2], f64>> = RefCell::default());
    let distribution = StudentsT::new(0.0, 1.0, freedom).ok()?;
    let key = [freedom, p].map(f64::to_bits);
    Some(KNOWN.with_borrow_mut(|known| *known.entry(key).or_insert_with(|| distribution.inverse_cdf(p))))
}

/// Returns the p-value of a mean this far from 0 (Student's t-test, two-sided). Values that are all alike give 0, or 1
/// where they are 0. There is none with fewer than two values.
pub fn p_value(values: &[f64]) -> Option<f64> {
    let (mean, deviation, n) = (mean(values)?, deviation(values)?, values.len() as f64);
    if deviation == 0.0 {
        return Some(if mean == 0.0 { 1.0 } else { 0.0 });
    }
    let student = StudentsT::new(0.0, 1.0, n - 1.0).ok()?;
    Some(2.0 * student.cdf(-(mean / (deviation / n.sqrt())).abs()))
}

/// Returns the chance that a normal value is at least so many standard deviations from its mean, on either side.
pub fn normal_p_value(distance: f64) -> f64 {
    2.0 * Normal::standard().sf(distance.abs())
}

/// Fewest values whose spread says what could have been detected.
pub(crate) const LEAST_DETECTING: usize = 3;

/// Returns a detectable share if it is useful. Above 1 it only says that there are too few values.
pub(crate) fn useful(share: f64) -> Option<f64> {
    Some(share).filter(|share| *share <= 1.0)
}

/// Returns the smallest mean that as many values with the same spread would have shown to differ from 0 in four cases
/// of five: (t(0.975) + t(0.8)) · s / √n with n − 1 degrees of freedom. There is none with fewer than three values that
/// differ, because a spread of two says next to nothing.
pub fn detectable(values: &[f64]) -> Option<f64> {
    let (deviation, n) = (deviation(values)?, values.len() as f64);
    if values.len() < LEAST_DETECTING && deviation > 0.0 {
        return None;
    }
    Some((student(n - 1.0, 0.975)? + student(n - 1.0, 0.8)?) * deviation / n.sqrt())
}

/// Corrects p-values for their number (Holm 1979, Scandinavian Journal of Statistics 6:65). In ascending order the i-th
/// of m is multiplied by m − i + 1, and is never below the one before and never above 1. Calling those up to 0.05
/// different is wrong about any of them in at most 5 % of cases.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut corrected = vec![1.0; p_values.len()];
    let mut least = 0.0_f64;
    for (rank, index) in order.into_iter().enumerate() {
        least = least.max(p_values[index] * (p_values.len() - rank) as f64).min(1.0);
        corrected[index] = least;
    }
    corrected
}

/// Returns the exponent b of y = a · xᵇ: the slope of ln y over ln x.
///
/// Points that are not positive are left out. There is none if fewer than two x remain. Two points have no interval.
pub fn growth_exponent(points: &[(f64, f64)]) -> Option<Estimate> {
    let positive = points.iter().filter(|(x, y)| *x > 0.0 && *y > 0.0);
    slope(&positive.map(|(x, y)| (x.ln(), y.ln())).collect::<Vec<(f64, f64)>>())
}

/// Returns the slope of y over x by least squares, with Student's 95 % interval of n − 2 degrees of freedom.
///
/// There is none with fewer than two different x. Two points have no interval.
pub(crate) fn slope(points: &[(f64, f64)]) -> Option<Estimate> {
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let (n, middle_x, middle_y) = (x.len() as f64, mean(&x)?, mean(&y)?);
    let spread: f64 = x.iter().map(|x| (x - middle_x).powi(2)).sum();
    let shared: f64 = x.iter().zip(&y).map(|(x, y)| (x - middle_x) * (y - middle_y)).sum();
    let value = Some(shared / spread).filter(|_| spread > 0.0)?;
    let residuals: f64 = x.iter().zip(&y).map(|(x, y)| (y - middle_y - value * (x - middle_x)).powi(2)).sum();
    let quantile = student(n - 2.0, 0.975);
    let half = quantile.map(|quantile| quantile * (residuals / (n - 2.0) / spread).sqrt());
    Some(Estimate { n: x.len(), value, low: half.map(|half| value - half), high: half.map(|half| value + half) })
}

/// Returns how many of the values are above Tukey's outer fence, Q₃ + 3 (Q₃ − Q₁). Those are steps that something held
/// up.
pub fn far_above(values: &[f64]) -> usize {
    let (Some(lower), Some(upper)) = (quantile(values, 0.25), quantile(values, 0.75)) else { return 0 };
    values.iter().filter(|value| **value > upper + 3.0 * (upper - lower)).count()
}
