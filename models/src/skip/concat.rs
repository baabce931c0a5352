//! Defines `y = [x, F(x)]` along channels, or the width of tokens: [`Skip::Concat`].
//!
//! The source is Huang, Liu, van der Maaten and Weinberger 2016, "Densely Connected Convolutional Networks",
//! arXiv:1608.06993, eq. 2. Applied recursively, `[[x0, x1], x2] = [x0, x1, x2]`, which is the paper's dense
//! connectivity. As an operation of its own, every join copies the whole prefix once more; a stage as one operation
//! does not ([`is_one_operation`]).

use burn::module::Module;
use burn::tensor::Tensor;

use super::layout::features_axis;
use super::style::Skip;
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::execution::Memory;

/// The join of a block that concatenates.
#[derive(Module, Debug)]
pub(crate) struct Concat;

/// Computes `y = [x, F(x)]`.
pub fn concat<const D: usize>(x: Tensor<D>, fx: Tensor<D>) -> Tensor<D> {
    Tensor::cat(vec![x, fx], features_axis::<D>())
}

/// Returns whether all joins of a stage and the branches between them run as one operation, which keeps one tensor of
/// features instead of one per join. They do unless the memory is naive or some branch has no BatchNorm.
pub(crate) fn is_one_operation(memory: Memory, batch_norm: bool) -> bool {
    memory != Memory::Naive && batch_norm
}

/// Costs [`concat()`]: one copy of both, which saves nothing.
pub(crate) fn trace(name: &str, x: &TracedTensor, fx: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
    trace.concat(name, Skip::Concat.word(), x, fx)
}
