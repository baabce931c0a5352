//! Says where the features of a position are, which is all that joins must know of a tensor's layout. They are on the
//! second axis of maps, `[batch, channels, height, width]`, and on the last of tokens, `[batch, tokens, width]`.
//!
//! A tensor's rank says which of the two it is, so a style is written once for both.

use burn::tensor::Tensor;

/// Returns the axis along which features are.
pub(super) const fn features_axis<const D: usize>() -> usize {
    if D <= 3 { D - 1 } else { 1 }
}

/// Returns number `index` of `numbers`, to be multiplied by a tensor of rank D.
pub(super) fn number<const D: usize>(numbers: Tensor<1>, index: usize) -> Tensor<D> {
    numbers.narrow(0, index, 1).reshape([1; D])
}

/// Returns a number for each feature, to be multiplied by a tensor of rank D.
pub(super) fn along_features<const D: usize>(numbers: Tensor<1>) -> Tensor<D> {
    let mut shape = [1; D];
    shape[features_axis::<D>()] = numbers.dims()[0];
    numbers.reshape(shape)
}
