//! Defines `y = x + a·F(x)` without normalization, where a starts at 1: [`Skip::Fixup`](super::Skip::Fixup).
//!
//! This is Fixup: Zhang, Dauphin and Ma 2019, arXiv:1901.09321, §3. The multiplier a is defined here. The branch's
//! part, which the backbone builds in place of BatchNorm, is
//! [`BranchNorm::Fixup`](crate::nets::norm::BranchNorm::Fixup): its last convolution starts at 0, the others are scaled
//! by the number of blocks, and there are scalar shifts around every ReLU.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;

/// Holds the learned number a.
#[derive(Module, Debug)]
pub(crate) struct Fixup {
    factor: Param<Tensor<1>>,
}

impl Fixup {
    pub(crate) fn init(weights: &Weights) -> Self {
        Self { factor: weights.given(vec![1.0], [1]) }
    }

    /// Computes `y = x + a·F(x)`.
    pub(crate) fn forward<const D: usize>(&self, x: Tensor<D>, fx: Tensor<D>) -> Tensor<D> {
        x + fx * self.factor.val().reshape([1; D])
    }

    /// Costs [`Fixup::forward`].
    pub(crate) fn trace(name: &str, x: TracedTensor, fx: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        let scaled = trace.scaled(name, fx);
        trace.sum(name, &[x, scaled])
    }
}
