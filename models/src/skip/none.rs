//! Defines `y = F(x)`, a plain network: [`Skip::None`](super::Skip::None).
//!
//! He, Zhang, Ren and Sun 2015, "Deep Residual Learning for Image Recognition", arXiv:1512.03385, §3.3, compare their
//! residual networks with it.

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::tensor::Tensor;
use skipbench_ops::Engine;

use crate::cost::trace::TracedTensor;

/// The join of a block without a skip.
#[derive(Module, Debug)]
pub(crate) struct NoSkip;

/// Computes `y = F(x)`.
pub fn none<const D: usize>(_x: Tensor<D>, fx: Tensor<D>) -> Tensor<D> {
    fx
}

/// Computes `y = relu(F(x))` where F ends in a normalization: `F(x) = norm(z)`. ReLU then runs inside that
/// normalization ([`Engine::norm_relu`]).
pub(crate) fn none_relu(engine: Engine, norm: &BatchNorm, z: Tensor<4>) -> Tensor<4> {
    engine.norm_relu(norm, z)
}

/// Costs [`none`]: nothing.
pub(crate) fn trace(fx: &TracedTensor) -> TracedTensor {
    fx.clone()
}
