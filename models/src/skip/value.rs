//! Defines `y = x + F(x)`, where attention reads a mix of the first block's values and its own, `V'_i = a_i·V_1 +
//! b_i·V_i`. a and b start at ½: [`Skip::Value`](super::Skip::Value).
//!
//! This is value residual learning: Zhou et al. 2024, arXiv:2410.17897, in the learned form (one pair of numbers per
//! block). The first block has none, since its values are V_1. The addition itself does not change, so only a
//! Transformer can have this style.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::layout::number;
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;

/// Holds one block's numbers a and b. The first block has none.
#[derive(Module, Debug)]
pub(crate) struct Value {
    factors: Option<Param<Tensor<1>>>,
}

impl Value {
    /// Initializes block `position` (from 0).
    pub(crate) fn init(position: usize, weights: &Weights) -> Self {
        Self { factors: has_factors(position).then(|| weights.given(vec![0.5; 2], [2])) }
    }

    /// Replaces the values in `qkv`, which holds queries, keys and values side by side, by `V'_i = a_i·V_1 + b_i·V_i`.
    /// The values of the first attention that runs are V_1, and do not change.
    pub(crate) fn mix(&self, qkv: Tensor<3>, first: &mut Option<Tensor<3>>) -> Tensor<3> {
        let width = qkv.dims()[2] / 3;
        let values = qkv.clone().narrow(2, 2 * width, width);
        match (&self.factors, first) {
            (Some(factors), Some(first)) => {
                let mixed = first.clone() * number(factors.val(), 0) + values * number(factors.val(), 1);
                Tensor::cat(vec![qkv.narrow(2, 0, 2 * width), mixed], 2)
            }
            (_, first) => {
                first.get_or_insert(values);
                qkv
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

/// Returns whether the values of block `position` are mixed with those of the first.
fn has_factors(position: usize) -> bool {
    position > 0
}
