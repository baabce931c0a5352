//! `y = x + F(x)`, where attention reads the first block's values beside its own, `V'_i = a_i·V_1 + b_i·V_i`; both ½
//! at first: [`Skip::Value`](super::Skip::Value).
//!
//! Value residual learning: Zhou et al. 2024, arXiv:2410.17897, the learned form (one pair of numbers a block). The
//! first block has none, since its values are V_1. Adding stays what it is, so only a Transformer can have it.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::layout::number;
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;

/// One block's numbers a and b; none in the first.
#[derive(Module, Debug)]
pub(crate) struct Value {
    factors: Option<Param<Tensor<1>>>,
}

impl Value {
    /// For block `position` (from 0).
    pub(crate) fn init(position: usize, weights: &Weights) -> Self {
        Self { factors: has_factors(position).then(|| weights.given(vec![0.5; 2], [2])) }
    }

    /// `V'_i = a_i·V_1 + b_i·V_i`. The values of the first attention that runs are V_1, and stay as they are.
    pub(crate) fn mix<const D: usize>(&self, values: Tensor<D>, first: &mut Option<Tensor<D>>) -> Tensor<D> {
        match (&self.factors, first) {
            (Some(factors), Some(first)) => {
                first.clone() * number(factors.val(), 0) + values * number(factors.val(), 1)
            }
            (_, first) => {
                first.get_or_insert_with(|| values.clone());
                values
            }
        }
    }

    /// Costs [`Value::mix`] of block `position`, whose queries, keys and values are `qkv`.
    pub(crate) fn trace(position: usize, name: &str, qkv: &TracedTensor, trace: &mut CostTrace) {
        if has_factors(position) {
            trace.value_mix(name, qkv);
        }
    }
}

/// Whether the values of block `position` are mixed with those of the first.
fn has_factors(position: usize) -> bool {
    position > 0
}
