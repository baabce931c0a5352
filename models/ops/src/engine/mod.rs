//! Convolution and batch normalization as networks call them: Burn's layers hold the parameters, an [`Engine`] computes.

use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::{Tensor, activation::relu};

use crate::Products;
#[cfg(feature = "flex")]
use crate::layer::{self, Affine, Then};

/// Whose operations compute a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The kernels of this crate where they apply, which is in f32 on Burn's flex device; Burn's own operations elsewhere.
    Native(Products),
    /// Burn's own operations.
    Burn,
}

impl Default for Engine {
    fn default() -> Self {
        Self::Native(Products::F32)
    }
}

impl Engine {
    /// `layer` applied to `x`, `[batch, input, height, width]`.
    pub fn conv(self, layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
        #[cfg(feature = "flex")]
        if let Some(window) = self.products(&x).and_then(|products| native::window(layer, &x, products)) {
            return layer::convolve(x, layer.weight.val(), window);
        }
        layer.forward(x)
    }

    /// `norm` applied to `x`, `[batch, channels, height, width]`.
    pub fn norm(self, norm: &BatchNorm, x: Tensor<4>) -> Tensor<4> {
        #[cfg(feature = "flex")]
        if self.products(&x).is_some() {
            return native::norm(norm, x, Then::Nothing);
        }
        norm.forward(x)
    }

    /// [`Engine::norm`], then ReLU.
    pub fn norm_relu(self, norm: &BatchNorm, x: Tensor<4>) -> Tensor<4> {
        #[cfg(feature = "flex")]
        if self.products(&x).is_some() {
            return native::norm(norm, x, Then::Relu);
        }
        relu(norm.forward(x))
    }

    /// [`Engine::norm_relu`], then [`Engine::conv`].
    pub fn norm_relu_conv(self, norm: &BatchNorm, layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
        #[cfg(feature = "flex")]
        if let Some(window) = self.products(&x).and_then(|products| native::window(layer, &x, products)) {
            return native::norm_relu_conv(norm, layer, x, window);
        }
        self.conv(layer, self.norm_relu(norm, x))
    }

    /// [`Engine::norm`], then addition of `shortcut`, then ReLU.
    pub fn norm_add_relu(self, norm: &BatchNorm, x: Tensor<4>, shortcut: Tensor<4>) -> Tensor<4> {
        #[cfg(feature = "flex")]
        if self.products(&x).is_some() {
            return native::norm(norm, x, Then::AddRelu(shortcut));
        }
        relu(shortcut + norm.forward(x))
    }
}

/// What this crate's kernels need.
#[cfg(feature = "flex")]
mod native {
    use burn::backend::DispatchDevice;
    use burn::nn::PaddingConfig2d;
    use burn::tensor::DType;

    use super::*;
    use crate::layer::Window;
    use crate::norm_conv;

    impl Engine {
        /// What this crate's kernels are to multiply in, if they are wanted and can work on `x`.
        pub(crate) fn products(self, x: &Tensor<4>) -> Option<Products> {
            let Engine::Native(products) = self else { return None };
            let flex = matches!(x.device().inner().as_dispatch(), DispatchDevice::Flex(_));
            (x.dtype() == DType::F32 && flex).then_some(products)
        }
    }

    /// The window of a convolution that the kernels can do.
    pub(super) fn window(layer: &Conv2d, x: &Tensor<4>, products: Products) -> Option<Window> {
        let PaddingConfig2d::Explicit(padding, left, bottom, right) = layer.padding else { return None };
        let square = layer.kernel_size[0] == layer.kernel_size[1] && layer.stride[0] == layer.stride[1];
        let even = [left, bottom, right] == [padding; 3];
        let plain = layer.groups == 1 && layer.dilation == [1, 1] && layer.bias.is_none();
        let window = Window { stride: layer.stride[0], padding, products };
        (square && even && plain && window.shape(x.dims(), layer.weight.dims()).supported()).then_some(window)
    }

    /// Training or not as Burn's own layer decides it, and its running statistics moved as there.
    pub(super) fn norm(norm: &BatchNorm, x: Tensor<4>, then: Then) -> Tensor<4> {
        let by = affine(norm);
        if learns(norm, &x) {
            let (y, mean, variance) = layer::norm_train(x, by, then);
            follow(norm, mean, variance);
            return y;
        }
        let statistics = statistics(norm, &x);
        layer::norm_infer(x, by, statistics, then)
    }

    /// The same for normalization, ReLU and convolution in one.
    pub(super) fn norm_relu_conv(norm: &BatchNorm, layer: &Conv2d, x: Tensor<4>, window: Window) -> Tensor<4> {
        let (by, weight) = (affine(norm), layer.weight.val());
        if learns(norm, &x) {
            let (y, mean, variance) = norm_conv::train(x, by, weight, window);
            follow(norm, mean, variance);
            return y;
        }
        let statistics = statistics(norm, &x);
        norm_conv::infer(x, by, statistics, weight, window)
    }

    fn affine(norm: &BatchNorm) -> Affine {
        Affine { gamma: norm.gamma.val(), beta: norm.beta.val(), epsilon: norm.epsilon }
    }

    /// Running mean and variance, where `x` is.
    fn statistics(norm: &BatchNorm, x: &Tensor<4>) -> (Tensor<1>, Tensor<1>) {
        let device = x.device();
        (norm.running_mean.value().to_device(&device), norm.running_var.value().to_device(&device))
    }
}

/// Whether `norm` goes by the statistics of the batch `x`, as Burn's own layer decides it.
pub fn learns(norm: &BatchNorm, x: &Tensor<4>) -> bool {
    x.device().is_autodiff() && norm.training.is_enabled()
}

/// Moves running statistics towards those of a batch, as Burn's layer does.
pub fn follow(norm: &BatchNorm, mean: Tensor<1>, variance: Tensor<1>) {
    for (running, batch) in [(&norm.running_mean, mean), (&norm.running_var, variance)] {
        let old = running.value_sync().to_device(&batch.device());
        let new = old.mul_scalar(1.0 - norm.momentum).add(batch.detach().mul_scalar(norm.momentum));
        running.update(new.detach());
    }
}
