//! `y = T(x)·F(x) + (1 − T(x))·x`: [`Skip::Gated`](super::Skip::Gated).

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use crate::conv::Conv;
use crate::init::Weights;
use crate::tape::{Tape, Value};

/// The gate's bias at first: closed, so that x passes (Srivastava et al. 2015, §2.2, use −1, −2 and lower).
const BIAS: f32 = -2.0;

/// The gate T.
#[derive(Module, Debug)]
pub(crate) struct Gated {
    gate: Conv2d,
}

impl Gated {
    pub(crate) fn init(channels: usize, weights: &mut Weights) -> Self {
        Self { gate: weights.gate(Conv::new(channels, channels, 1), BIAS) }
    }

    /// Written as `x + T(x)·(F(x) − x)`, which is the same and keeps one tensor less.
    pub(crate) fn forward(&self, x: Tensor<4>, fx: Tensor<4>) -> Tensor<4> {
        let gate = sigmoid(self.gate.forward(x.clone()));
        x.clone() + gate * (fx - x)
    }

    pub(crate) fn trace(name: &str, x: Value, fx: &Value, tape: &mut Tape) -> Value {
        let channels = x.channels();
        let gate = tape.conv(name, &x, Conv::new(channels, channels, 1));
        tape.bias(name, channels);
        let gate = tape.sigmoid(name, &gate);
        let moved = tape.sum(name, &[fx.clone(), x.clone()]);
        let gated = tape.product(name, &gate, &moved);
        tape.sum(name, &[x, gated])
    }
}
