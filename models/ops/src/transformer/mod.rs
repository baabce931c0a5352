//! The layers of Transformers by this crate's kernels: an extension of Burn's flex backend and of automatic
//! differentiation on it.
//!
//! All tensors are f32 and on the flex device, with autodiff or without; the functions panic on others, and on shapes
//! that do not fit each other. An [`Engine`](crate::Engine) asks first.

mod arguments;
mod autodiff;
mod branch;
mod extension;
mod flex;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

pub use arguments::{Affine, Layer};
use extension::TransformerOps;

use crate::branch::Branch;

/// `x · weight + bias` along the last axis: `[…, inputs]` to `[…, outputs]`, by a weight of `[inputs, outputs]`.
pub fn linear<const D: usize>(x: Tensor<D>, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<D> {
    apply(x, weight, bias, false)
}

/// [`linear`] of GELU(x), whose result is never written.
pub fn gelu_linear<const D: usize>(x: Tensor<D>, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<D> {
    apply(x, weight, bias, true)
}

fn apply<const D: usize>(x: Tensor<D>, weight: Tensor<2>, bias: Tensor<1>, activated: bool) -> Tensor<D> {
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(Dispatch::linear(x, weight, bias, activated))
}

/// Normalization along the last axis, by as many γ and β as it has numbers.
pub fn layer_norm<const D: usize>(x: Tensor<D>, gamma: Tensor<1>, beta: Tensor<1>, epsilon: f64) -> Tensor<D> {
    let (x, gamma, beta) = (x.into_dispatch(), gamma.into_dispatch(), beta.into_dispatch());
    Tensor::from_dispatch(Dispatch::normalize_rows(x, gamma, beta, epsilon).0)
}

/// Self-attention with `heads` heads: queries, keys and values `[batch, tokens, 3 · width]`, one behind the other, to
/// `[batch, tokens, width]`.
pub fn attention(qkv: Tensor<3>, heads: usize) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::attend(qkv.into_dispatch(), heads).0)
}

/// A class token `[1, 1, width]` before the patches `[batch, patches, width]` of each image, and positions
/// `[1, 1 + patches, width]` added.
pub fn tokens(patches: Tensor<3>, class: Tensor<3>, positions: Tensor<3>) -> Tensor<3> {
    let (class, positions) = (class.into_dispatch(), positions.into_dispatch());
    Tensor::from_dispatch(Dispatch::tokens(patches.into_dispatch(), class, positions))
}

/// A Transformer's attention as one operation: normalization, queries, keys and values by `qkv`, attention, and the
/// projection of its output, with x added or not. `[batch, tokens, width]` to the same, with the bits of the operations
/// one after another.
pub fn attention_branch(x: Tensor<3>, norm: Affine, qkv: Layer, projection: Layer, how: Branch) -> Tensor<3> {
    let [gamma, beta] = norm.into_dispatch();
    let ([qkv, qkv_bias], [weight, bias]) = (qkv.into_dispatch(), projection.into_dispatch());
    Tensor::from_dispatch(Dispatch::attention_branch(x.into_dispatch(), gamma, beta, qkv, qkv_bias, weight, bias, how))
}

/// A Transformer's MLP as one operation: normalization, `up`, GELU and `down`, with x added or not. What it gives is as
/// in [`attention_branch`].
pub fn mlp_branch(x: Tensor<3>, norm: Affine, up: Layer, down: Layer, how: Branch) -> Tensor<3> {
    let [gamma, beta] = norm.into_dispatch();
    let ([up, up_bias], [weight, bias]) = (up.into_dispatch(), down.into_dispatch());
    Tensor::from_dispatch(Dispatch::mlp_branch(x.into_dispatch(), gamma, beta, up, up_bias, weight, bias, how))
}
