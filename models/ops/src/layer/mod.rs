//! Convolution and batch normalization by this crate's kernels: an extension of Burn's flex backend and of automatic
//! differentiation on it.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

use skipbench_kernels::conv::{Conv, ConvShape, Products};

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
    /// The shape of a convolution, from those of its input and its weights.
    pub(crate) fn shape(self, x: [usize; 4], weight: [usize; 4]) -> ConvShape {
        let [batch, input, height, width] = x;
        let [output, _, kernel, _] = weight;
        let Window { stride, padding, .. } = self;
        ConvShape { batch, input, output, height, width, kernel, stride, padding }
    }

    /// The convolution of that shape.
    pub(crate) fn conv(self, shape: ConvShape) -> Conv<'static> {
        Conv::new(shape).multiplying(self.products)
    }
}

/// What backends are extended by. Shapes: `x` and `shortcut` `[batch, channels, height, width]`, `weight`
/// `[output, input, kernel, kernel]`, all else `[channels]`.
#[backend_extension(Autodiff, Flex)]
pub trait LayerOps: Backend {
    /// Convolution without bias.
    fn convolve(x: FloatTensor<Self>, weight: FloatTensor<Self>, window: Window) -> FloatTensor<Self>;

    /// Normalization by the statistics of the batch and, if asked, ReLU. Gives the output, the mean and the biased variance.
    fn norm_train(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        relu: bool,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// [`LayerOps::norm_train`], then addition of `shortcut`, then ReLU.
    fn norm_add_train(
        x: FloatTensor<Self>,
        shortcut: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// Normalization by given statistics and, if asked, ReLU.
    fn norm_infer(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        epsilon: f64,
        relu: bool,
    ) -> FloatTensor<Self>;

    /// [`LayerOps::norm_infer`], then addition of `shortcut`, then ReLU.
    fn norm_add_infer(
        x: FloatTensor<Self>,
        shortcut: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self>;
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

/// What follows a batch normalization. One lives for the length of a call, so that its size does not matter.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone)]
pub enum Then {
    /// Nothing.
    Nothing,
    /// ReLU.
    Relu,
    /// Addition of a shortcut, then ReLU.
    AddRelu(Tensor<4>),
}

/// Convolution without bias.
pub fn convolve(x: Tensor<4>, weight: Tensor<4>, window: Window) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::convolve(x.into_dispatch(), weight.into_dispatch(), window))
}

/// Normalization by the statistics of the batch. Gives the output, the mean and the biased variance.
pub fn norm_train(x: Tensor<4>, by: Affine, then: Then) -> (Tensor<4>, Tensor<1>, Tensor<1>) {
    let (x, gamma, beta) = (x.into_dispatch(), by.gamma.into_dispatch(), by.beta.into_dispatch());
    let (y, mean, variance) = match then {
        Then::Nothing => Dispatch::norm_train(x, gamma, beta, by.epsilon, false),
        Then::Relu => Dispatch::norm_train(x, gamma, beta, by.epsilon, true),
        Then::AddRelu(shortcut) => Dispatch::norm_add_train(x, shortcut.into_dispatch(), gamma, beta, by.epsilon),
    };
    (Tensor::from_dispatch(y), Tensor::from_dispatch(mean), Tensor::from_dispatch(variance))
}

/// Normalization by the statistics given.
pub fn norm_infer(x: Tensor<4>, by: Affine, (mean, variance): (Tensor<1>, Tensor<1>), then: Then) -> Tensor<4> {
    let (x, gamma, beta) = (x.into_dispatch(), by.gamma.into_dispatch(), by.beta.into_dispatch());
    let (mean, variance) = (mean.into_dispatch(), variance.into_dispatch());
    Tensor::from_dispatch(match then {
        Then::Nothing => Dispatch::norm_infer(x, gamma, beta, mean, variance, by.epsilon, false),
        Then::Relu => Dispatch::norm_infer(x, gamma, beta, mean, variance, by.epsilon, true),
        Then::AddRelu(shortcut) => {
            Dispatch::norm_add_infer(x, shortcut.into_dispatch(), gamma, beta, mean, variance, by.epsilon)
        }
    })
}
