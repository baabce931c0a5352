//! Defines `y = T(x)·F(x) + (1 − T(x))·x`, where T is a 1×1 convolution and a sigmoid with a bias that starts at −2:
//! [`Skip::Gated`](super::Skip::Gated).
//!
//! The source is highway networks: Srivastava, Greff and Schmidhuber 2015, arXiv:1505.00387, eq. 3.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;
use skipbench_ops::Conv;

use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;

/// The gate's bias at first. It closes the gate, so x passes (Srivastava et al. 2015, §2.2, use −1, −2 and lower).
const BIAS: f32 = -2.0;

/// Holds the gate T.
#[derive(Module, Debug)]
pub(crate) struct Gated {
    gate: Conv2d,
}

impl Gated {
    pub(crate) fn init(channels: usize, weights: &mut Weights) -> Self {
        Self { gate: weights.gate(Conv::new(channels, channels, 1), BIAS) }
    }

    /// Computes `y = T(x)·F(x) + (1 − T(x))·x`, written as `x + T(x)·(F(x) − x)`, which is the same and keeps one
    /// tensor less.
    pub(crate) fn forward(&self, x: Tensor<4>, fx: Tensor<4>) -> Tensor<4> {
        let gate = sigmoid(self.gate.forward(x.clone()));
        x.clone() + gate * (fx - x)
    }

    /// Costs [`Gated::forward`].
    pub(crate) fn trace(name: &str, x: TracedTensor, fx: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        let channels = x.channels();
        let gate = trace.conv(name, &x, Conv::new(channels, channels, 1));
        trace.bias(name, channels);
        let gate = trace.sigmoid(name, &gate);
        let moved = trace.sum(name, &[fx.clone(), x.clone()]);
        let gated = trace.product(name, &gate, &moved);
        trace.sum(name, &[x, gated])
    }
}
