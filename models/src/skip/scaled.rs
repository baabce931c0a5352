//! Defines `y = x + a·F(x)` with one learned number a that starts at 0: [`Skip::Scaled`](super::Skip::Scaled).
//!
//! The sources are SkipInit (De and Smith 2020, arXiv:2002.10444) and ReZero (Bachlechner et al. 2020,
//! arXiv:2003.04887, eq. 1). LayerScale (Touvron et al. 2021, arXiv:2103.17239) has a number for each feature; here one
//! number serves all.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;

/// Holds the learned number a.
#[derive(Module, Debug)]
pub(crate) struct Scaled {
    factor: Param<Tensor<1>>,
}

impl Scaled {
    pub(crate) fn init(weights: &Weights) -> Self {
        Self { factor: weights.given(vec![0.0], [1]) }
    }

    /// Computes `y = x + a·F(x)`.
    pub(crate) fn forward<const D: usize>(&self, x: Tensor<D>, fx: Tensor<D>) -> Tensor<D> {
        x + fx * self.factor.val().reshape([1; D])
    }

    /// Costs [`Scaled::forward`].
    pub(crate) fn trace(name: &str, x: TracedTensor, fx: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        let scaled = trace.scaled(name, fx);
        trace.sum(name, &[x, scaled])
    }
}
