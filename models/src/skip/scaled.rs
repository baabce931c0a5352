//! `y = x + a·F(x)`: [`Skip::Scaled`](super::Skip::Scaled) and the multiplier of [`Skip::Fixup`](super::Skip::Fixup).

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::init::Weights;
use crate::tape::{Tape, Value};

/// The learned number a.
#[derive(Module, Debug)]
pub(crate) struct Scaled {
    factor: Param<Tensor<1>>,
}

impl Scaled {
    /// a starts at `factor`.
    pub(crate) fn init(factor: f32, weights: &Weights) -> Self {
        Self { factor: weights.given(vec![factor], [1]) }
    }

    pub(crate) fn forward(&self, x: Tensor<4>, fx: Tensor<4>) -> Tensor<4> {
        x + fx * self.factor.val().reshape([1, 1, 1, 1])
    }

    pub(crate) fn trace(name: &str, x: Value, fx: &Value, tape: &mut Tape) -> Value {
        let scaled = tape.scaled(name, fx);
        tape.sum(name, &[x, scaled])
    }
}
