//! Batch normalization and ReLU.

use super::Maps;

/// What is added to a variance.
const EPSILON: f64 = 1e-5;

/// The closest to zero that a number may come before a ReLU: closer, rounding decides whether it is open, and there is
/// nothing to compare.
const DOUBT: f64 = 3e-5;

/// Mean and biased variance of each channel.
#[derive(Debug, Clone)]
pub(crate) struct Moments {
    pub(crate) mean: Vec<f64>,
    pub(crate) variance: Vec<f64>,
}

impl Moments {
    /// Those of a batch.
    pub(crate) fn of(x: &Maps) -> Self {
        let count = (x.data.len() / x.channels()) as f64;
        let mean = sums(x, |_, x| x).iter().map(|sum| sum / count).collect::<Vec<_>>();
        let variance = sums(x, |channel, x| (x - mean[channel]).powi(2)).iter().map(|sum| sum / count).collect();
        Self { mean, variance }
    }
}

/// Σ each(channel, x) over each channel.
fn sums(x: &Maps, each: impl Fn(usize, f64) -> f64) -> Vec<f64> {
    let mut sums = vec![0.0; x.channels()];
    x.each().for_each(|(channel, x)| sums[channel] += each(channel, x));
    sums
}

/// γ and β.
#[derive(Debug, Clone)]
pub(crate) struct Norm {
    pub(crate) gamma: Vec<f64>,
    pub(crate) beta: Vec<f64>,
}

impl Norm {
    /// (x - mean) / σ.
    fn hat(x: &Maps, moments: &Moments) -> Maps {
        let of =
            |(channel, x): (usize, f64)| (x - moments.mean[channel]) / (moments.variance[channel] + EPSILON).sqrt();
        Maps::new(x.shape, x.each().map(of).collect())
    }

    /// Normalized x.
    pub(crate) fn apply(&self, x: &Maps, moments: &Moments) -> Maps {
        let hat = Self::hat(x, moments);
        Maps::new(
            x.shape,
            hat.each().map(|(channel, hat): (usize, f64)| hat * self.gamma[channel] + self.beta[channel]).collect(),
        )
    }

    /// The gradients of x, γ and β, given that of the output, where `moments` are the batch's own.
    pub(crate) fn gradient(&self, x: &Maps, moments: &Moments, dy: &Maps) -> (Maps, Vec<f64>, Vec<f64>) {
        let (hat, count) = (Self::hat(x, moments), (x.data.len() / x.channels()) as f64);
        let beta = sums(dy, |_, g| g);
        let gamma = sums(&dy.zip(&hat, |g, hat| g * hat), |_, product| product);
        let of = |((channel, g), hat): ((usize, f64), &f64)| {
            let scale = self.gamma[channel] / (moments.variance[channel] + EPSILON).sqrt();
            scale * (g - beta[channel] / count - hat * gamma[channel] / count)
        };
        (Maps::new(x.shape, dy.each().zip(&hat.data).map(of).collect()), gamma, beta)
    }
}

/// max(x, 0).
pub(crate) fn relu(x: &Maps) -> Maps {
    Maps::new(x.shape, x.data.iter().map(|x| x.max(0.0)).collect())
}

/// What of `dy` passes a ReLU of `x`.
pub(crate) fn gate(x: &Maps, dy: &Maps) -> Maps {
    x.zip(dy, |x, g| if x > 0.0 { g } else { 0.0 })
}

/// Whether rounding decides about a ReLU of `x`.
pub(crate) fn is_doubtful(x: &Maps) -> bool {
    x.data.iter().any(|x| x.abs() < DOUBT)
}
