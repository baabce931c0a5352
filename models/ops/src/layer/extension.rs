//! Lists the operations that Burn's backends are extended by.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

use super::arguments::Window;

/// Lists the operations that backends are extended by. `x` and `shortcut` are `[batch, channels, height, width]`,
/// `weight` is `[output, input, kernel, kernel]`, and all else is `[channels]`.
#[backend_extension(Autodiff, Flex)]
pub(super) trait LayerOps: Backend {
    /// Convolves without bias.
    fn convolve(x: FloatTensor<Self>, weight: FloatTensor<Self>, window: Window) -> FloatTensor<Self>;

    /// Normalizes by the statistics of the batch and, if asked, applies ReLU. Returns the output, the mean and the
    /// biased variance.
    fn norm_train(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        relu: bool,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// Computes [`LayerOps::norm_train`], adds `shortcut`, then applies ReLU.
    fn norm_add_train(
        x: FloatTensor<Self>,
        shortcut: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// Normalizes by given statistics and, if asked, applies ReLU.
    fn norm_infer(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        epsilon: f64,
        relu: bool,
    ) -> FloatTensor<Self>;

    /// Computes [`LayerOps::norm_infer`], adds `shortcut`, then applies ReLU.
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
