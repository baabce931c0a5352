//! Defines `h = Σ_j σ(r_j)·s_j` and `s'_i = Σ_j S(M)_ij·s_j + 2σ(w_i)·F(h)` with S(M) doubly stochastic:
//! [`Skip::Constrained`](super::Skip::Constrained).
//!
//! These are the manifold-constrained hyper-connections of Xie et al. 2025, arXiv:2512.24880. S applies Sinkhorn's
//! steps to exp(·). r starts a little uneven, at σ(2) and σ(−2), whose sum is 1: with even streams every gradient would
//! be even too, and they would never diverge. All streams begin equal, and every block does to each what addition does.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use super::streams::{self, STREAMS};
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;

/// Number of Sinkhorn's steps. The paper takes 20 for four streams; two streams need fewer.
const SINKHORN: usize = 5;

/// How far apart the learned numbers start.
const START: f32 = 2.0;

/// Holds one branch's numbers r, w and M, before they are constrained.
#[derive(Module, Debug)]
pub(crate) struct Constrained {
    read: Param<Tensor<1>>,
    write: Param<Tensor<1>>,
    mix: Param<Tensor<2>>,
}

impl Constrained {
    /// Initializes branch `branch` (from 1) of the network.
    pub(crate) fn init(branch: usize, weights: &Weights) -> Self {
        let read = (0..STREAMS).map(|stream| if streams::is_first_of(stream, branch) { START } else { -START });
        Self {
            read: weights.given(read.collect(), [STREAMS]),
            write: weights.given(vec![0.0; STREAMS], [STREAMS]),
            mix: weights.given(streams::matrix(START, 0.0), [STREAMS, STREAMS]),
        }
    }

    /// Computes `h = Σ_j σ(r_j)·s_j`.
    pub(crate) fn read<const D: usize>(&self, streams: &[Tensor<D>]) -> Tensor<D> {
        streams::read(sigmoid(self.read.val()), streams)
    }

    /// Computes `s'_i = Σ_j S(M)_ij·s_j + 2σ(w_i)·F(h)`.
    pub(crate) fn write<const D: usize>(&self, streams: &[Tensor<D>], fx: &Tensor<D>) -> Vec<Tensor<D>> {
        streams::write(sigmoid(self.write.val()).mul_scalar(2.0), &doubly_stochastic(self.mix.val()), streams, fx)
    }

    /// Costs [`Constrained::read`].
    pub(crate) fn trace_read(name: &str, streams: &[TracedTensor], trace: &mut CostTrace) -> TracedTensor {
        streams::trace_read(name, streams, trace)
    }

    /// Costs [`Constrained::write`].
    pub(crate) fn trace_write(
        name: &str,
        streams: &[TracedTensor],
        fx: &TracedTensor,
        trace: &mut CostTrace,
    ) -> Vec<TracedTensor> {
        streams::trace_write(name, streams, fx, trace)
    }
}

/// Makes a matrix doubly stochastic (Sinkhorn and Knopp 1967): columns and rows of exp(·) are scaled to sum 1 in turn.
fn doubly_stochastic(logits: Tensor<2>) -> Tensor<2> {
    let mut matrix = logits.exp();
    for _ in 0..SINKHORN {
        matrix = matrix.clone() / matrix.sum_dim(0);
        matrix = matrix.clone() / matrix.sum_dim(1);
    }
    matrix
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[test]
    fn the_mixing_matrix_is_doubly_stochastic_whatever_is_learned() {
        for logits in [[0.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.0, 2.0], [1.5, -0.5, 0.3, 0.9]] {
            let logits = Tensor::<2>::from_data(TensorData::new(logits.to_vec(), [2, 2]), &Device::flex());
            let matrix = doubly_stochastic(logits).into_data().try_to_vec::<f32>().expect("f32");
            let sums = [matrix[0] + matrix[1], matrix[2] + matrix[3], matrix[0] + matrix[2], matrix[1] + matrix[3]];
            assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-3), "{matrix:?}");
            assert!(matrix.iter().all(|entry| *entry > 0.0));
        }
    }
}
