//! Computes batch normalization, alone or with the addition and the ReLU that follow it. The source is Ioffe and
//! Szegedy 2015, arXiv:1502.03167, algorithm 1, and for the gradient section 3.
//!
//! Each channel is one task. Its planes are read for the mean, for the variance (around the mean, to avoid
//! cancellation) and for the output; after the first time they come from the cache where they fit. A gradient reads
//! them twice: for two sums, then for the output.

mod backward;
mod deferred;
mod forward;
mod sums;

pub use backward::{Gradients, Mask, backward};
pub use deferred::{DeferredSums, backward_deferred, settle};
pub use forward::{batch_statistics, infer, normalize_relu, train};

/// Says what follows a normalization in the same pass over memory. `T` is the type of the shortcut that is added.
#[derive(Debug, Clone, Copy)]
pub enum Epilogue<T> {
    /// Nothing follows.
    Identity,
    /// ReLU follows.
    Relu,
    /// Addition of a shortcut follows, then ReLU.
    AddRelu(T),
}

impl<T> Epilogue<T> {
    /// Returns how many shortcuts are read.
    fn shortcuts(&self) -> usize {
        usize::from(matches!(self, Epilogue::AddRelu(_)))
    }
}

/// Holds the numbers that normalize a channel: `y = (x - mean) · scale + shift`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Channel {
    mean: f32,
    /// γ divided by the standard deviation.
    scale: f32,
    /// β.
    shift: f32,
}

impl Channel {
    fn new(mean: f32, inverse: f32, gamma: f32, beta: f32) -> Self {
        Self { mean, scale: gamma * inverse, shift: beta }
    }

    #[inline(always)]
    fn of(&self, x: f32) -> f32 {
        (x - self.mean) * self.scale + self.shift
    }
}

/// Returns 1 / √(variance + ε).
fn inverse(variance: f32, epsilon: f64) -> f32 {
    (1.0 / (f64::from(variance) + epsilon).sqrt()) as f32
}

/// Holds γ, β and ε of a normalization.
#[derive(Debug, Clone, Copy)]
pub struct Parameters<'a> {
    /// γ, one per channel.
    pub gamma: &'a [f32],
    /// β, one per channel.
    pub beta: &'a [f32],
    /// ε, which is added to the variance.
    pub epsilon: f64,
}

impl Parameters<'_> {
    /// Returns the numbers that normalize `channel` with the given statistics, and 1 over its standard deviation.
    fn channel(&self, channel: usize, mean: f32, variance: f32) -> (Channel, f32) {
        let inverse = inverse(variance, self.epsilon);
        (Channel::new(mean, inverse, self.gamma[channel], self.beta[channel]), inverse)
    }

    /// Returns the normalization as `scale · x + shift`: all scales, then all shifts.
    pub fn folded(&self, (mean, variance): (&[f32], &[f32])) -> (Vec<f32>, Vec<f32>) {
        let fold = |channel: usize| {
            let (mean, variance) = (f64::from(mean[channel]), f64::from(variance[channel]));
            let scale = f64::from(self.gamma[channel]) / (variance + self.epsilon).sqrt();
            (scale as f32, (f64::from(self.beta[channel]) - mean * scale) as f32)
        };
        (0..self.gamma.len()).map(fold).unzip()
    }
}
