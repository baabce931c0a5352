//! What layers are given beside tensors of activations.

use burn::tensor::Tensor;
use skipbench_kernels::{ConvShape, Convolution, Products};

/// What the tensors of a convolution do not tell.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Stride in both directions.
    pub stride: usize,
    /// Zeros added on every side.
    pub padding: usize,
    /// What products are computed in.
    pub products: Products,
}

impl Window {
    /// The shape of a convolution, from those of its input and its weights. The functions of this module panic where it
    /// is not [supported](ConvShape::supported).
    pub fn shape(self, x: [usize; 4], weight: [usize; 4]) -> ConvShape {
        let [batch, input, height, width] = x;
        let [output, _, kernel, _] = weight;
        let Window { stride, padding, .. } = self;
        ConvShape { batch, input, output, height, width, kernel, stride, padding }
    }

    /// The convolution of that shape.
    pub(super) fn convolution(self, shape: ConvShape) -> Convolution<'static> {
        Convolution::new(shape).with_products(self.products)
    }
}

/// γ, β and ε of a batch normalization.
#[derive(Debug, Clone)]
pub struct Affine {
    /// γ.
    pub gamma: Tensor<1>,
    /// β.
    pub beta: Tensor<1>,
    /// What is added to the variance.
    pub epsilon: f64,
}
