//! `y_i = Σ_j α_ij·x_j`: [`Skip::Weighted`](super::Skip::Weighted).
//!
//! The average runs over the blocks of a stage and the stage's input, since shapes change between stages. A stage of d blocks
//! has d(d+3)/2 numbers α, as the paper counts them.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::init::Weights;
use crate::tape::{Tape, Value};

/// One block's α.
#[derive(Module, Debug)]
pub(crate) struct Weighted {
    alphas: Param<Tensor<1>>,
}

impl Weighted {
    /// For block `position` (from 0) of a stage: the newest alone counts at first.
    pub(crate) fn init(position: usize, weights: &Weights) -> Self {
        let mut alphas = vec![0.0; position + 2];
        alphas[position + 1] = 1.0;
        let count = alphas.len();
        Self { alphas: weights.given(alphas, [count]) }
    }

    /// The average of `past`, which the block's own output ends.
    pub(crate) fn forward(&self, past: &[Tensor<4>]) -> Tensor<4> {
        let alphas = self.alphas.val();
        let alpha = |index: usize| alphas.clone().narrow(0, index, 1).reshape([1, 1, 1, 1]);
        let terms = past.iter().enumerate().map(|(index, x)| x.clone() * alpha(index));
        terms.reduce(|sum, term| sum + term).expect("a stage's input is always there")
    }

    pub(crate) fn trace(name: &str, past: &[Value], tape: &mut Tape) -> Value {
        let terms: Vec<Value> = past.iter().map(|x| tape.scaled(name, x)).collect();
        tape.sum(name, &terms)
    }
}
