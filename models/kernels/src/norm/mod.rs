//! Batch normalization, alone or with the addition and the ReLU that follow it: Ioffe and Szegedy 2015,
//! arXiv:1502.03167, algorithm 1, and its gradient, §3.
//!
//! A channel is one task. Its planes are read for the mean, for the variance (around the mean, so that nothing cancels)
//! and for the output, the later times from the cache where they fit. A gradient reads them twice: for two sums, then
//! for the output.

mod backward;
mod deferred;
mod forward;
mod sums;

pub use backward::{Gradients, Mask, backward};
pub use deferred::{DeferredSums, backward_deferred, settle};
pub use forward::{batch_statistics, infer, normalize_relu, train};

/// What follows a normalization in the same pass over memory. `T` is the shortcut that is added, as the caller has it.
#[derive(Debug, Clone, Copy)]
pub enum Epilogue<T> {
    /// Nothing.
    Identity,
    /// ReLU.
    Relu,
    /// Addition of a shortcut, then ReLU.
    AddRelu(T),
}

impl<T> Epilogue<T> {
    /// How many shortcuts are read.
    fn shortcuts(&self) -> usize {
        usize::from(matches!(self, Epilogue::AddRelu(_)))
    }
}

/// What a channel is normalized by: `y = (x - mean) · scale + shift`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Channel {
    mean: f32,
    /// γ over the standard deviation.
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

/// 1 / √(variance + ε).
fn inverse(variance: f32, epsilon: f64) -> f32 {
    (1.0 / (f64::from(variance) + epsilon).sqrt()) as f32
}

/// γ, β and ε of a normalization.
#[derive(Debug, Clone, Copy)]
pub struct Parameters<'a> {
    /// γ, one per channel.
    pub gamma: &'a [f32],
    /// β, one per channel.
    pub beta: &'a [f32],
    /// What is added to the variance.
    pub epsilon: f64,
}

impl Parameters<'_> {
    /// What `channel` is normalized by, given its statistics, and 1 over its standard deviation.
    fn channel(&self, channel: usize, mean: f32, variance: f32) -> (Channel, f32) {
        let inverse = inverse(variance, self.epsilon);
        (Channel::new(mean, inverse, self.gamma[channel], self.beta[channel]), inverse)
    }

    /// The same as `scale · x + shift`: all scales, all shifts.
    pub fn folded(&self, (mean, variance): (&[f32], &[f32])) -> (Vec<f32>, Vec<f32>) {
        let fold = |channel: usize| {
            let (mean, variance) = (f64::from(mean[channel]), f64::from(variance[channel]));
            let scale = f64::from(self.gamma[channel]) / (variance + self.epsilon).sqrt();
            (scale as f32, (f64::from(self.beta[channel]) - mean * scale) as f32)
        };
        (0..self.gamma.len()).map(fold).unzip()
    }
}
