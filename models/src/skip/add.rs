//! Defines `y = x + F(x)`: [`Skip::Add`].
//!
//! The source is He, Zhang, Ren and Sun 2015, "Deep Residual Learning for Image Recognition", arXiv:1512.03385, eq. 1.
//! Both skips of a Transformer block are the same addition (Dosovitskiy et al. 2020, arXiv:2010.11929, eqs. 2 and 3).

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::tensor::Tensor;
use skipbench_ops::Engine;

use super::style::Skip;
use crate::cost::trace::{CostTrace, TracedTensor};

/// The join of a block that adds.
#[derive(Module, Debug)]
pub(crate) struct Add;

/// Computes `y = x + F(x)`.
pub fn add<const D: usize>(x: Tensor<D>, fx: Tensor<D>) -> Tensor<D> {
    x + fx
}

/// Computes `y = relu(x + F(x))` where F ends in a normalization: `F(x) = norm(z)`. Addition and ReLU then run inside
/// that normalization, as its epilogue ([`Engine::norm_add_relu`]). This is the residual block of the published
/// networks.
pub(crate) fn add_relu(engine: Engine, x: Tensor<4>, norm: &BatchNorm, z: Tensor<4>) -> Tensor<4> {
    engine.norm_add_relu(norm, z, x)
}

/// Costs [`add`]: one addition, which saves nothing.
pub(crate) fn trace(name: &str, x: &TracedTensor, fx: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
    trace.add(name, Skip::Add.word(), x, fx)
}
