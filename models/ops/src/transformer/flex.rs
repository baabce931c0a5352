//! The extension on flex itself, by the kernels.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use skipbench_kernels::attention::Kept;
use skipbench_kernels::layer_norm::{self, Moments, Parameters};
use skipbench_kernels::{Attention, Linear, tokens};

use super::branch::{Learned, attention_train, mlp_infer};
use super::extension::TransformerOps;
use crate::branch::Branch;
use crate::slices::{dense, numbers, shape, shaped, tensor};

/// The layer that `weight` makes, applied to `x`.
fn layer(x: &FlexTensor, weight: &FlexTensor, activated: bool) -> Linear {
    let [inputs, outputs] = [0, 1].map(|axis| shape(weight)[axis]);
    let layer = Linear::new(numbers(x).len() / inputs, inputs, outputs);
    if activated { layer.activated() } else { layer }
}

/// What the gradient of a linear layer needs from its forward pass.
#[derive(Debug, Clone)]
pub(super) struct SavedLinear {
    pub(super) x: FlexTensor,
    pub(super) weight: FlexTensor,
    pub(super) activated: bool,
}

/// The gradients of x, of weight and bias, as far as they are wanted.
pub(super) fn linear_backward(saved: &SavedLinear, dy: FlexTensor, wanted: [bool; 3]) -> [Option<FlexTensor>; 3] {
    let (x, weight, dy) = (&saved.x, &saved.weight, dense(dy));
    let layer = layer(x, weight, saved.activated);
    let dx = || shaped(layer.gradient(numbers(x), numbers(weight), numbers(&dy)), shape(x));
    let dx = wanted[0].then(dx);
    if !wanted[1] && !wanted[2] {
        return [dx, None, None];
    }
    let (dw, db) = layer.parameter_gradients(numbers(x), numbers(&dy));
    let outputs = db.len();
    [dx, Some(shaped(dw, shape(weight))), Some(tensor(db, [outputs]))]
}

/// What the gradient of a layer normalization needs from its forward pass.
#[derive(Debug, Clone)]
pub(super) struct SavedNorm {
    pub(super) x: FlexTensor,
    pub(super) gamma: FlexTensor,
    pub(super) mean: FlexTensor,
    pub(super) inverse: FlexTensor,
}

/// The gradients of x, γ and β.
pub(super) fn norm_backward(saved: &SavedNorm, dy: FlexTensor) -> [FlexTensor; 3] {
    let dy = dense(dy);
    let moments = Moments { mean: numbers(&saved.mean).to_vec(), inverse: numbers(&saved.inverse).to_vec() };
    let found = layer_norm::backward((numbers(&saved.x), numbers(&dy)), numbers(&saved.gamma), &moments, None);
    let width = found.gamma.len();
    [shaped(found.x, shape(&saved.x)), tensor(found.gamma, [width]), tensor(found.beta, [width])]
}

/// The attention between the tokens of `qkv`.
pub(super) fn attention(qkv: &FlexTensor, heads: usize) -> Attention {
    let [batch, tokens, width] = [0, 1, 2].map(|axis| shape(qkv)[axis]);
    assert!(width.is_multiple_of(3 * heads), "queries, keys and values of {width} numbers are not of {heads} heads");
    Attention::new(batch, tokens, heads, width / (3 * heads))
}

/// What the gradient of attention needs from its forward pass.
#[derive(Debug, Clone)]
pub(super) struct SavedAttention {
    pub(super) qkv: FlexTensor,
    pub(super) y: FlexTensor,
    pub(super) logarithms: FlexTensor,
    pub(super) heads: usize,
}

/// The gradient of queries, keys and values.
pub(super) fn attention_backward(saved: &SavedAttention, dy: FlexTensor) -> FlexTensor {
    let (qkv, dy) = (&saved.qkv, dense(dy));
    let kept = Kept { qkv: numbers(qkv), y: numbers(&saved.y), logarithms: numbers(&saved.logarithms) };
    shaped(attention(qkv, saved.heads).gradient(kept, numbers(&dy)), shape(qkv))
}

/// The gradients of patches, class token and positions.
pub(super) fn tokens_backward(dy: FlexTensor) -> [FlexTensor; 3] {
    let dy = dense(dy);
    let [images, count, width] = [0, 1, 2].map(|axis| shape(&dy)[axis]);
    let [patches, class, positions] = tokens::gradient(numbers(&dy), count * width, width);
    [tensor(patches, [images, count - 1, width]), tensor(class, [1, 1, width]), tensor(positions, [1, count, width])]
}

impl TransformerOps for Flex {
    fn linear(x: FlexTensor, weight: FlexTensor, bias: FlexTensor, activated: bool) -> FlexTensor {
        let [x, weight, bias] = [x, weight, bias].map(dense);
        let y = layer(&x, &weight, activated).output(numbers(&x), numbers(&weight), numbers(&bias));
        let mut to = shape(&x);
        if let Some(last) = to.last_mut() {
            *last = shape(&weight)[1];
        }
        shaped(y, to)
    }

    fn normalize_rows(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        epsilon: f64,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let [x, gamma, beta] = [x, gamma, beta].map(dense);
        let by = Parameters { gamma: numbers(&gamma), beta: numbers(&beta), epsilon };
        let (y, Moments { mean, inverse }) = layer_norm::forward(numbers(&x), by);
        let rows = mean.len();
        (shaped(y, shape(&x)), tensor(mean, [rows]), tensor(inverse, [rows]))
    }

    fn attend(qkv: FlexTensor, heads: usize) -> (FlexTensor, FlexTensor) {
        let qkv = dense(qkv);
        let (y, logarithms) = attention(&qkv, heads).output(numbers(&qkv));
        let [batch, tokens, width] = [0, 1, 2].map(|axis| shape(&qkv)[axis]);
        (tensor(y, [batch, tokens, width / 3]), tensor(logarithms, [batch, heads, tokens]))
    }

    fn tokens(patches: FlexTensor, class: FlexTensor, positions: FlexTensor) -> FlexTensor {
        let [patches, class, positions] = [patches, class, positions].map(dense);
        let [images, _, width] = [0, 1, 2].map(|axis| shape(&patches)[axis]);
        let y = tokens::tokens(numbers(&patches), numbers(&class), numbers(&positions));
        let count = numbers(&positions).len() / width;
        tensor(y, [images, count, width])
    }

    fn attention_branch(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        qkv_weight: FlexTensor,
        qkv_bias: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        how: Branch,
    ) -> FlexTensor {
        attention_train(x, Learned::new([gamma, beta, qkv_weight, qkv_bias, weight, bias]), how).0
    }

    fn mlp_branch(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        up_weight: FlexTensor,
        up_bias: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        how: Branch,
    ) -> FlexTensor {
        mlp_infer(x, &Learned::new([gamma, beta, up_weight, up_bias, weight, bias]), how)
    }
}
