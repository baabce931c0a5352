//! Defines `y_i = Σ_j α_ij·x_j` over the outputs of every block so far, `x_j = y_{j−1} + F(y_{j−1})`, and the stage's
//! input x_0. α_ii starts at 1 and the others at 0: [`Skip::Weighted`](super::Skip::Weighted).
//!
//! The source is DenseFormer: Pagliardini, Mohtashami, Fleuret and Jaggi 2024, arXiv:2402.02622, eq. 2. The average
//! runs over the blocks of a stage and the stage's input, since shapes change between stages. A stage of d blocks has
//! d(d+3)/2 numbers α, as the paper counts them.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::flow::Flow;
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
    pub(crate) fn write(&self, flow: Flow<Tensor<4>>, fx: Tensor<4>) -> Flow<Tensor<4>> {
        let (now, mut past) = match flow {
            Flow::Past { now, past } => (now, past),
            Flow::One(_) | Flow::Streams(_) => beginning(flow.leave()),
        };
        past.push(now + fx);
        Flow::Past { now: self.average(&past), past }
    }

    /// Computes `y_i = Σ_j α_ij·x_j`.
    fn average(&self, past: &[Tensor<4>]) -> Tensor<4> {
        let alphas = self.alphas.val();
        let alpha = |index: usize| alphas.clone().narrow(0, index, 1).reshape([1, 1, 1, 1]);
        let terms = past.iter().enumerate().map(|(index, x)| x.clone() * alpha(index));
        terms.reduce(|sum, term| sum + term).expect("a stage's input is always there")
    }

    /// Costs [`Weighted::write`].
    pub(crate) fn trace(
        name: &str,
        flow: Flow<TracedTensor>,
        fx: &TracedTensor,
        trace: &mut CostTrace,
    ) -> Flow<TracedTensor> {
        let (now, mut past) = match flow {
            Flow::Past { now, past } => (now, past),
            Flow::One(_) | Flow::Streams(_) => beginning(flow.trace_leave(name, trace)),
        };
        past.push(trace.sum(name, &[now, fx.clone()]));
        let terms: Vec<TracedTensor> = past.iter().map(|x| trace.scaled(name, x)).collect();
        Flow::Past { now: trace.sum(name, &terms), past }
    }
}

/// Returns the beginning of a stage: what `x` enters has x alone in its past.
fn beginning<T: Clone>(x: T) -> (T, Vec<T>) {
    (x.clone(), vec![x])
}
