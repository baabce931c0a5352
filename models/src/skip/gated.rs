//! Defines `y = T(x)·F(x) + (1 − T(x))·x`, where T is a linear map of each position's features and a sigmoid with a
//! bias that starts at −2: [`Skip::Gated`](super::Skip::Gated).
//!
//! The source is highway networks: Srivastava, Greff and Schmidhuber 2015, arXiv:1505.00387, eq. 3. On maps the linear
//! map is a 1×1 convolution.

use burn::module::Module;
use burn::nn::Linear;
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
    gate: Gate,
}

/// Maps each position's features linearly.
#[derive(Module, Debug)]
enum Gate {
    /// For maps.
    Convolution(Conv2d),
    /// For tokens.
    Linear(Linear),
}

impl Gated {
    /// Initializes the gate for maps of `channels` channels.
    pub(crate) fn of_maps(channels: usize, weights: &mut Weights) -> Self {
        Self { gate: Gate::Convolution(weights.gate(Conv::new(channels, channels, 1), BIAS)) }
    }

    /// Initializes the gate for tokens of this width.
    pub(crate) fn of_tokens(width: usize, weights: &mut Weights) -> Self {
        Self { gate: Gate::Linear(weights.linear_gate(width, BIAS)) }
    }

    /// Computes `y = T(x)·F(x) + (1 − T(x))·x`, written as `x + T(x)·(F(x) − x)`, which is the same and keeps one
    /// tensor less.
    pub(crate) fn forward<const D: usize>(&self, x: Tensor<D>, fx: Tensor<D>) -> Tensor<D> {
        let gate = sigmoid(self.gate.forward(x.clone()));
        x.clone() + gate * (fx - x)
    }

    /// Costs [`Gated::forward`].
    pub(crate) fn trace(name: &str, x: TracedTensor, fx: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        let gate = trace.gate(name, &x);
        let gate = trace.sigmoid(name, &gate);
        let moved = trace.sum(name, &[fx.clone(), x.clone()]);
        let gated = trace.product(name, &gate, &moved);
        trace.sum(name, &[x, gated])
    }
}

impl Gate {
    /// Applies the gate to a tensor of the rank for which it was made: 4 for maps, any other for tokens.
    fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Gate::Convolution(gate) => {
                let shape = x.dims();
                let maps: [usize; 4] = std::array::from_fn(|axis| shape.get(axis).copied().unwrap_or(1));
                gate.forward(x.reshape(maps)).reshape(shape)
            }
            Gate::Linear(gate) => gate.forward(x),
        }
    }
}
