//! Medians and intervals.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// An estimate with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Number of values behind it.
    pub n: usize,
    /// The estimate.
    pub value: f64,
    /// Lower end of the 95 % interval; none with fewer than two values.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl Estimate {
    /// Whether the interval exists and leaves `value` out.
    pub fn excludes(&self, value: f64) -> bool {
        matches!((self.low, self.high), (Some(low), Some(high)) if value < low || value > high)
    }
}

/// The middle value, or the mean of the two middle ones; none of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value below which the share `p` of the values lies, interpolated between neighbours (Hyndman and Fan 1996, type 7);
/// none of nothing.
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = p.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(below + (above - below) * place.fract())
}

/// The arithmetic mean; none of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The sample standard deviation (n − 1); none with fewer than two values.
pub fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// The mean with Student's 95 % interval: mean ± t(0.975, n − 1) · s / √n; none of nothing.
pub fn mean_interval(values: &[f64]) -> Option<Estimate> {
    let value = mean(values)?;
    let half = half_width(values);
    let (low, high) = (half.map(|half| value - half), half.map(|half| value + half));
    Some(Estimate { n: values.len(), value, low, high })
}

fn half_width(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let quantile = StudentsT::new(0.0, 1.0, n - 1.0).ok()?.inverse_cdf(0.975);
    Some(quantile * deviation(values)? / n.sqrt())
}

/// The geometric mean of `value / base` over pairs, with Student's 95 % interval of the logarithms taken back.
///
/// Pairs in which either number is not positive have no ratio and are left out; none where no pair is left.
pub fn paired_ratio(pairs: &[(f64, f64)]) -> Option<Estimate> {
    let positive = pairs.iter().filter(|(value, base)| *value > 0.0 && *base > 0.0);
    let logs: Vec<f64> = positive.map(|(value, base)| (value / base).ln()).collect();
    let log = mean_interval(&logs)?;
    Some(Estimate { n: log.n, value: log.value.exp(), low: log.low.map(f64::exp), high: log.high.map(f64::exp) })
}
