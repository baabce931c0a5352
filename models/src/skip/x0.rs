//! Defines `y_i = a_i·(y_{i−1} + F(y_{i−1})) + b_i·x_0` with the embedding x_0. a starts at 1 and b at 0:
//! [`Skip::X0`](super::Skip::X0).
//!
//! The source is Jordan et al. 2024, modded-nanogpt (github.com/KellerJordan/modded-nanogpt). There a block, attention
//! and MLP together, begins with `a·x + b·x_0`. Here a block ends with it, which is the same for all blocks except the
//! first and the last. The style is [`weighted`](super::weighted) with only two terms: the newest and the first.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::flow::Flow;
use super::layout::number;
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;

/// Holds one block's numbers a and b.
#[derive(Module, Debug)]
pub(crate) struct X0 {
    factors: Param<Tensor<1>>,
}

impl X0 {
    pub(crate) fn init(weights: &Weights) -> Self {
        Self { factors: weights.given(vec![1.0, 0.0], [2]) }
    }

    /// Computes `y_i = a_i·(y_{i−1} + F(y_{i−1})) + b_i·x_0`.
    pub(crate) fn write<const D: usize>(&self, flow: Flow<Tensor<D>>, fx: Tensor<D>) -> Flow<Tensor<D>> {
        let (now, past) = flow.into_past(Flow::leave);
        let factor = |index| number(self.factors.val(), index);
        let now = (now + fx) * factor(0) + past[0].clone() * factor(1);
        Flow::Past { now, past }
    }

    /// Costs [`X0::write`].
    pub(crate) fn trace(
        name: &str,
        flow: Flow<TracedTensor>,
        fx: &TracedTensor,
        trace: &mut CostTrace,
    ) -> Flow<TracedTensor> {
        let (now, past) = flow.into_past(|flow| flow.trace_leave(name, trace));
        let newest = trace.sum(name, &[now, fx.clone()]);
        let terms = [&newest, &past[0]].map(|x| trace.scaled(name, x));
        Flow::Past { now: trace.sum(name, &terms), past }
    }
}
