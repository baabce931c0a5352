//! Computes convolution and batch normalization of tensors by this crate's kernels. It extends Burn's flex backend, and
//! automatic differentiation on it.
//!
//! Activations, shortcuts and outputs are `[batch, channels, height, width]`. Weights are `[output, input, kernel,
//! kernel]`, and parameters and statistics of a normalization are `[channels]`. All are f32 and on the flex device,
//! with autodiff or without. The functions panic on others, and on shapes that do not fit each other. An
//! [`Engine`](crate::Engine) checks first.

mod arguments;
mod autodiff;
mod extension;
mod flex;
mod norm_conv;

use burn::backend::Dispatch;
use burn::tensor::Tensor;
use skipbench_kernels::norm::Epilogue;

pub use arguments::{Affine, Window};
use extension::LayerOps;
pub use norm_conv::{norm_relu_convolve_infer, norm_relu_convolve_train};

/// Convolves without bias. Returns `[batch, output, height, width]`.
pub fn convolve(x: Tensor<4>, weight: Tensor<4>, window: Window) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::convolve(x.into_dispatch(), weight.into_dispatch(), window))
}

/// Normalizes by the statistics of the batch, and applies what follows. Returns the output, and the mean and the biased
/// variance of each channel, through which no gradient flows.
pub fn norm_train(x: Tensor<4>, by: Affine, epilogue: Epilogue<Tensor<4>>) -> (Tensor<4>, Tensor<1>, Tensor<1>) {
    let (x, gamma, beta) = (x.into_dispatch(), by.gamma.into_dispatch(), by.beta.into_dispatch());
    let (y, mean, variance) = match epilogue {
        Epilogue::Identity => Dispatch::norm_train(x, gamma, beta, by.epsilon, false),
        Epilogue::Relu => Dispatch::norm_train(x, gamma, beta, by.epsilon, true),
        Epilogue::AddRelu(shortcut) => Dispatch::norm_add_train(x, shortcut.into_dispatch(), gamma, beta, by.epsilon),
    };
    (Tensor::from_dispatch(y), Tensor::from_dispatch(mean), Tensor::from_dispatch(variance))
}

/// Normalizes by the given mean and variance, and applies what follows.
pub fn norm_infer(
    x: Tensor<4>,
    by: Affine,
    (mean, variance): (Tensor<1>, Tensor<1>),
    epilogue: Epilogue<Tensor<4>>,
) -> Tensor<4> {
    let (x, gamma, beta) = (x.into_dispatch(), by.gamma.into_dispatch(), by.beta.into_dispatch());
    let (mean, variance) = (mean.into_dispatch(), variance.into_dispatch());
    Tensor::from_dispatch(match epilogue {
        Epilogue::Identity => Dispatch::norm_infer(x, gamma, beta, mean, variance, by.epsilon, false),
        Epilogue::Relu => Dispatch::norm_infer(x, gamma, beta, mean, variance, by.epsilon, true),
        Epilogue::AddRelu(shortcut) => {
            Dispatch::norm_add_infer(x, shortcut.into_dispatch(), gamma, beta, mean, variance, by.epsilon)
        }
    })
}
