//! Holds the arguments of layers that are not activations.

use burn::tensor::Tensor;
use skipbench_kernels::{ConvShape, Convolution, Products};

/// Holds what the tensors of a convolution do not tell.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Stride in both directions.
    pub stride: usize,
    /// Rows and columns of zeros added on every side.
    pub padding: usize,
    /// Precision of products.
    pub products: Products,
}

impl Window {
    /// Returns the shape of a convolution, given the shapes of its input and its weights. The functions of this module
    /// panic if it is not [supported](ConvShape::supported).
    pub fn shape(self, x: [usize; 4], weight: [usize; 4]) -> ConvShape {
        let [batch, input, height, width] = x;
        let [output, _, kernel, _] = weight;
        let Window { stride, padding, .. } = self;
        ConvShape { batch, input, output, height, width, kernel, stride, padding }
    }

    /// Returns the convolution with that shape.
    pub(super) fn convolution(self, shape: ConvShape) -> Convolution<'static> {
        Convolution::new(shape).with_products(self.products)
    }
}

/// Holds γ, β and ε of a batch normalization.
#[derive(Debug, Clone)]
pub struct Affine {
    /// γ, `[channels]`.
    pub gamma: Tensor<1>,
    /// β, `[channels]`.
    pub beta: Tensor<1>,
    /// ε, which is added to the variance.
    pub epsilon: f64,
}
