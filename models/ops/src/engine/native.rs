//! Computes layers by this crate's kernels: whether the kernels apply, and what they are given.

use burn::backend::DispatchDevice;
use burn::nn::conv::Conv2d;
use burn::nn::{BatchNorm, PaddingConfig2d};
use burn::tensor::{DType, Tensor};
use skipbench_kernels::Products;
use skipbench_kernels::norm::Epilogue;

use super::statistics::{update_running_statistics, uses_batch_statistics};
use crate::layer::{self, Affine, Window};

/// Returns whether the kernels can work on `x`.
pub(crate) fn apply<const D: usize>(x: &Tensor<D>) -> bool {
    x.dtype() == DType::F32 && matches!(x.device().inner().as_dispatch(), DispatchDevice::Flex(_))
}

/// Returns the window of a convolution of `x`, if the kernels can compute it.
pub(super) fn window(layer: &Conv2d, x: &Tensor<4>, products: Products) -> Option<Window> {
    let PaddingConfig2d::Explicit(padding, left, bottom, right) = layer.padding else { return None };
    let square = layer.kernel_size[0] == layer.kernel_size[1] && layer.stride[0] == layer.stride[1];
    let even = [left, bottom, right] == [padding; 3];
    let plain = layer.groups == 1 && layer.dilation == [1, 1] && layer.bias.is_none();
    let window = Window { stride: layer.stride[0], padding, products };
    (square && even && plain && window.shape(x.dims(), layer.weight.dims()).supported()).then_some(window)
}

/// Normalizes `x`. Whether it trains is decided as in Burn's own layer, and the running statistics are updated as
/// there.
pub(super) fn norm(norm: &BatchNorm, x: Tensor<4>, epilogue: Epilogue<Tensor<4>>) -> Tensor<4> {
    let by = affine(norm);
    if uses_batch_statistics(norm, &x) {
        let (y, mean, variance) = layer::norm_train(x, by, epilogue);
        update_running_statistics(norm, mean, variance);
        return y;
    }
    let statistics = statistics(norm, &x);
    layer::norm_infer(x, by, statistics, epilogue)
}

/// Does the same for normalization, ReLU and convolution in one operation.
pub(super) fn norm_relu_conv(norm: &BatchNorm, layer: &Conv2d, x: Tensor<4>, window: Window) -> Tensor<4> {
    let (by, weight) = (affine(norm), layer.weight.val());
    if uses_batch_statistics(norm, &x) {
        let (y, mean, variance) = layer::norm_relu_convolve_train(x, by, weight, window);
        update_running_statistics(norm, mean, variance);
        return y;
    }
    let statistics = statistics(norm, &x);
    layer::norm_relu_convolve_infer(x, by, statistics, weight, window)
}

fn affine(norm: &BatchNorm) -> Affine {
    Affine { gamma: norm.gamma.val(), beta: norm.beta.val(), epsilon: norm.epsilon }
}

/// Returns the running mean and variance, on the device of `x`.
fn statistics(norm: &BatchNorm, x: &Tensor<4>) -> (Tensor<1>, Tensor<1>) {
    let device = x.device();
    (norm.running_mean.value().to_device(&device), norm.running_var.value().to_device(&device))
}
