//! What Burn's backends are extended by.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

use super::arguments::Window;

/// What backends are extended by. Shapes: `x` and `shortcut` `[batch, channels, height, width]`, `weight`
/// `[output, input, kernel, kernel]`, all else `[channels]`.
#[backend_extension(Autodiff, Flex)]
pub(super) trait LayerOps: Backend {
    /// Convolution without bias.
    fn convolve(x: FloatTensor<Self>, weight: FloatTensor<Self>, window: Window) -> FloatTensor<Self>;

    /// Normalization by the statistics of the batch and, if asked, ReLU. Gives the output, the mean and the biased
    /// variance.
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
