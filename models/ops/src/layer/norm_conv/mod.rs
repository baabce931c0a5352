//! Computes BN–ReLU–convolution as one operation on the flex device. The input of the convolution is normalized as it
//! is read, and so is neither written nor saved.

mod autodiff;
mod flex;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

use super::arguments::{Affine, Window};

/// Lists the operations that backends are extended by. Shapes are those of [`LayerOps`](super::extension::LayerOps).
#[backend_extension(Autodiff, Flex)]
pub(super) trait NormConvOps: Backend {
    /// Normalizes by the statistics of the batch, applies ReLU and convolves. Returns the output, the mean and the
    /// biased variance.
    fn norm_convolve_train(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        epsilon: f64,
        window: Window,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// Normalizes by given statistics, applies ReLU and convolves.
    #[allow(clippy::too_many_arguments)]
    fn norm_convolve_infer(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        epsilon: f64,
        window: Window,
    ) -> FloatTensor<Self>;
}

/// Normalizes by the statistics of the batch, applies ReLU and convolves. Returns the output, and the mean and the
/// biased variance of each channel of x, through which no gradient flows.
pub fn norm_relu_convolve_train(
    x: Tensor<4>,
    by: Affine,
    weight: Tensor<4>,
    window: Window,
) -> (Tensor<4>, Tensor<1>, Tensor<1>) {
    let (gamma, beta, weight) = (by.gamma.into_dispatch(), by.beta.into_dispatch(), weight.into_dispatch());
    let (y, mean, variance) = Dispatch::norm_convolve_train(x.into_dispatch(), gamma, beta, weight, by.epsilon, window);
    (Tensor::from_dispatch(y), Tensor::from_dispatch(mean), Tensor::from_dispatch(variance))
}

/// Normalizes by the given mean and variance, applies ReLU and convolves.
pub fn norm_relu_convolve_infer(
    x: Tensor<4>,
    by: Affine,
    (mean, variance): (Tensor<1>, Tensor<1>),
    weight: Tensor<4>,
    window: Window,
) -> Tensor<4> {
    let (gamma, beta, weight) = (by.gamma.into_dispatch(), by.beta.into_dispatch(), weight.into_dispatch());
    let (mean, variance) = (mean.into_dispatch(), variance.into_dispatch());
    let y = Dispatch::norm_convolve_infer(x.into_dispatch(), gamma, beta, mean, variance, weight, by.epsilon, window);
    Tensor::from_dispatch(y)
}
