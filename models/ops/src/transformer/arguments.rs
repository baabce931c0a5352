//! The layers that branches are given.

use burn::backend::Dispatch;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Tensor;

/// γ and β of a layer normalization.
#[derive(Debug, Clone)]
pub struct Affine {
    /// γ.
    pub gamma: Tensor<1>,
    /// β.
    pub beta: Tensor<1>,
}

/// A linear layer.
#[derive(Debug, Clone)]
pub struct Layer {
    /// `[inputs, outputs]`.
    pub weight: Tensor<2>,
    /// `[outputs]`.
    pub bias: Tensor<1>,
}

impl Affine {
    pub(super) fn into_dispatch(self) -> [FloatTensor<Dispatch>; 2] {
        [self.gamma.into_dispatch(), self.beta.into_dispatch()]
    }
}

impl Layer {
    pub(super) fn into_dispatch(self) -> [FloatTensor<Dispatch>; 2] {
        [self.weight.into_dispatch(), self.bias.into_dispatch()]
    }
}
