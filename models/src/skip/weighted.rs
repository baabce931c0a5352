//! Defines `y_i = Σ_j α_ij·x_j` over the outputs of every block so far, `x_j = y_{j−1} + F(y_{j−1})`, and the stage's
//! input x_0. α_ii starts at 1 and the others at 0: [`Skip::Weighted`](super::Skip::Weighted).
//!
//! The source is DenseFormer: Pagliardini, Mohtashami, Fleuret and Jaggi 2024, arXiv:2402.02622, eq. 2. In a
//! Transformer the average runs over its blocks, attention and MLP together, and the embedding, as in the paper. In a
//! convolutional network it runs over the blocks of a stage and the stage's input, since shapes change between stages.
//! d blocks have d(d+3)/2 numbers α, as the paper counts them.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::flow::Flow;
use super::layout::number;
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;

/// Holds one block's α.
#[derive(Module, Debug)]
pub(crate) struct Weighted {
    alphas: Param<Tensor<1>>,
}

impl Weighted {
    /// Initializes α for block `position` (from 0) of a stage. Only the newest term counts at first.
    pub(crate) fn init(position: usize, weights: &Weights) -> Self {
        let mut alphas = vec![0.0; position + 2];
        alphas[position + 1] = 1.0;
        let count = alphas.len();
        Self { alphas: weights.given(alphas, [count]) }
    }

    /// Adds `x_i = y_{i−1} + F(y_{i−1})` to what is averaged, and passes on `y_i`.
    pub(crate) fn write<const D: usize>(&self, flow: Flow<Tensor<D>>, fx: Tensor<D>) -> Flow<Tensor<D>> {
        let (now, mut past) = flow.into_past(Flow::leave);
        past.push(now + fx);
        Flow::Past { now: self.average(&past), past }
    }

    /// Computes `y_i = Σ_j α_ij·x_j`.
    fn average<const D: usize>(&self, past: &[Tensor<D>]) -> Tensor<D> {
        let alphas = self.alphas.val();
        let terms = past.iter().enumerate().map(|(index, x)| x.clone() * number(alphas.clone(), index));
        terms.reduce(|sum, term| sum + term).expect("a stage's input is always there")
    }

    /// Costs [`Weighted::write`].
    pub(crate) fn trace(
        name: &str,
        flow: Flow<TracedTensor>,
        fx: &TracedTensor,
        trace: &mut CostTrace,
    ) -> Flow<TracedTensor> {
        let (now, mut past) = flow.into_past(|flow| flow.trace_leave(name, trace));
        past.push(trace.sum(name, &[now, fx.clone()]));
        let terms: Vec<TracedTensor> = past.iter().map(|x| trace.scaled(name, x)).collect();
        Flow::Past { now: trace.sum(name, &terms), past }
    }
}
