//! Where the features of a position lie, which is all that joins must know of a tensor's layout: those of maps
//! `[batch, channels, height, width]` on the second axis, those of tokens `[batch, tokens, width]` on the last.
//!
//! A tensor's rank says which it is, so that a style is written once for both.

use burn::tensor::Tensor;

/// The axis along which features lie.
pub(super) const fn features_axis<const D: usize>() -> usize {
    if D <= 3 { D - 1 } else { 1 }
}

/// Number `index` of `numbers`, to be multiplied with a tensor of rank D.
pub(super) fn number<const D: usize>(numbers: Tensor<1>, index: usize) -> Tensor<D> {
    numbers.narrow(0, index, 1).reshape([1; D])
}

/// A number for each feature, to be multiplied with a tensor of rank D.
pub(super) fn along_features<const D: usize>(numbers: Tensor<1>) -> Tensor<D> {
    let mut shape = [1; D];
    shape[features_axis::<D>()] = numbers.dims()[0];
    numbers.reshape(shape)
}
