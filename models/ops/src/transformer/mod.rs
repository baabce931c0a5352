//! The layers of Transformers by this crate's kernels: an extension of Burn's flex backend and of automatic
//! differentiation on it.
//!
//! All tensors are f32 and on the flex device, with autodiff or without; the functions panic on others, and on shapes
//! that do not fit each other. An [`Engine`](crate::Engine) asks first.

mod autodiff;
mod extension;
mod flex;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use extension::TransformerOps;

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
