//! `y = T(x)·F(x) + (1 − T(x))·x`, T a linear map of each position's features and a sigmoid, its bias −2 at first:
//! [`Skip::Gated`](super::Skip::Gated).
//!
//! Highway networks: Srivastava, Greff and Schmidhuber 2015, arXiv:1505.00387, eq. 3. On maps the linear map is a 1×1
//! convolution.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;
use skipbench_ops::Conv;

use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;

/// The gate's bias at first: closed, so that x passes (Srivastava et al. 2015, §2.2, use −1, −2 and lower).
const BIAS: f32 = -2.0;

/// The gate T.
#[derive(Module, Debug)]
pub(crate) struct Gated {
    gate: Gate,
}

/// A linear map of each position's features.
#[derive(Module, Debug)]
enum Gate {
    /// Of maps.
    Convolution(Conv2d),
    /// Of tokens.
    Linear(Linear),
}

impl Gated {
    /// For maps of `channels` channels.
    pub(crate) fn of_maps(channels: usize, weights: &mut Weights) -> Self {
        Self { gate: Gate::Convolution(weights.gate(Conv::new(channels, channels, 1), BIAS)) }
    }

    /// For tokens of this width.
    pub(crate) fn of_tokens(width: usize, weights: &mut Weights) -> Self {
        Self { gate: Gate::Linear(weights.linear_gate(width, BIAS)) }
    }

    /// `y = T(x)·F(x) + (1 − T(x))·x`, written as `x + T(x)·(F(x) − x)`, which is the same and keeps one tensor less.
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
    /// Of the rank for which it was made: of maps 4, of tokens any other.
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
