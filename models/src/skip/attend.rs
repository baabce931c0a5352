//! Defines `y_i = Σ_j α_ij·v_j` over the embedding v_0 and the outputs of every branch so far, `v_j = F_j(y_{j−1})`,
//! with `α_ij = softmax over j of q_i·v_j/rms(v_j)`. The query q_i starts at 0: [`Skip::Attend`](super::Skip::Attend).
//!
//! These are the attention residuals of Kimi Team 2026, arXiv:2603.15031, in the full form. Each position weighs the
//! depths by its own features. The network begins with the mean of all that came before. Every branch and the head of a
//! pre-norm Transformer normalize what they read, so this mean is the same to them as the sum, except for LayerNorm's
//! epsilon. Attention and MLP count as one branch each, as in the paper. What leaves the last block is weighed by a
//! separate query.
//!
//! Deviations: the root mean square has no learned scale, since q can take up any such scale. The paper's first branch
//! also has a query, which could weigh v_0 alone. It is left out.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::activation::softmax;

use super::flow::Flow;
use super::layout::{along_features, features_axis};
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;

/// Added to mean squares, as in a Transformer's LayerNorm.
const EPSILON: f64 = 1e-6;

/// Holds the query with which the next branch, or the head, weighs all depths.
#[derive(Module, Debug)]
pub(crate) struct Attend {
    query: Param<Tensor<1>>,
}

impl Attend {
    /// Initializes the query for branches of `width` features.
    pub(crate) fn init(width: usize, weights: &Weights) -> Self {
        Self { query: weights.given(vec![0.0; width], [width]) }
    }

    /// Adds `v_i = F_i(y_{i−1})` to what is weighed, and passes on `y_i`.
    pub(crate) fn write<const D: usize>(&self, flow: Flow<Tensor<D>>, fx: Tensor<D>) -> Flow<Tensor<D>> {
        let (_, mut past) = flow.into_past(Flow::leave);
        past.push(fx);
        Flow::Past { now: self.weigh(&past), past }
    }

    /// Computes `y_i = Σ_j α_ij·v_j`.
    fn weigh<const D: usize>(&self, past: &[Tensor<D>]) -> Tensor<D> {
        let axis = features_axis::<D>();
        let answers = past.iter().map(|x| self.answer(x.clone())).collect();
        let shares = softmax(Tensor::cat(answers, axis), axis);
        let terms = past.iter().enumerate().map(|(index, x)| x.clone() * shares.clone().narrow(axis, index, 1));
        terms.reduce(|sum, term| sum + term).expect("the embedding is always there")
    }

    /// Computes `q·v/rms(v)`, a number for each position.
    fn answer<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let axis = features_axis::<D>();
        let square = (x.clone() * x.clone()).mean_dim(axis);
        (x * along_features(self.query.val())).sum_dim(axis) / (square + EPSILON).sqrt()
    }

    /// Costs [`Attend::write`].
    pub(crate) fn trace(
        name: &str,
        flow: Flow<TracedTensor>,
        fx: &TracedTensor,
        trace: &mut CostTrace,
    ) -> Flow<TracedTensor> {
        let (_, mut past) = flow.into_past(|flow| flow.trace_leave(name, trace));
        past.push(fx.clone());
        Flow::Past { now: trace.depth_attention(name, &past), past }
    }
}
