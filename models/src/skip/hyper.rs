//! Defines `h = Σ_j r_j·s_j` and `s'_i = Σ_j M_ij·s_j + w_i·F(h)` with free numbers:
//! [`Skip::Hyper`](super::Skip::Hyper).
//!
//! These are the hyper-connections of Zhu et al. 2024, arXiv:2409.19606, eqs. 2 to 5. They start as in eq. 14: M is the
//! identity, w is 1, and branch k reads stream k mod n. All streams begin equal, and every block does to each what
//! addition does.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::streams::{self, STREAMS};
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;

/// Holds one branch's numbers r, w and M.
#[derive(Module, Debug)]
pub(crate) struct Hyper {
    read: Param<Tensor<1>>,
    write: Param<Tensor<1>>,
    mix: Param<Tensor<2>>,
}

impl Hyper {
    /// Initializes branch `branch` (from 1) of the network.
    pub(crate) fn init(branch: usize, weights: &Weights) -> Self {
        let read = (0..STREAMS).map(|stream| if streams::is_first_of(stream, branch) { 1.0 } else { 0.0 });
        Self {
            read: weights.given(read.collect(), [STREAMS]),
            write: weights.given(vec![1.0; STREAMS], [STREAMS]),
            mix: weights.given(streams::matrix(1.0, 0.0), [STREAMS, STREAMS]),
        }
    }

    /// Computes `h = Σ_j r_j·s_j`.
    pub(crate) fn read<const D: usize>(&self, streams: &[Tensor<D>]) -> Tensor<D> {
        streams::read(self.read.val(), streams)
    }

    /// Computes `s'_i = Σ_j M_ij·s_j + w_i·F(h)`.
    pub(crate) fn write<const D: usize>(&self, streams: &[Tensor<D>], fx: &Tensor<D>) -> Vec<Tensor<D>> {
        streams::write(self.write.val(), &self.mix.val(), streams, fx)
    }

    /// Costs [`Hyper::read`].
    pub(crate) fn trace_read(name: &str, streams: &[TracedTensor], trace: &mut CostTrace) -> TracedTensor {
        streams::trace_read(name, streams, trace)
    }

    /// Costs [`Hyper::write`].
    pub(crate) fn trace_write(
        name: &str,
        streams: &[TracedTensor],
        fx: &TracedTensor,
        trace: &mut CostTrace,
    ) -> Vec<TracedTensor> {
        streams::trace_write(name, streams, fx, trace)
    }
}
