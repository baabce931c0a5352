//! Computes layers as networks call them. Burn's layers hold the parameters, and an [`Engine`] computes. The layers of
//! convolutional networks are here, those of Transformers in `transformer`.

#[cfg(feature = "flex")]
mod native;
mod statistics;
mod transformer;

use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::{Tensor, activation::relu};
use skipbench_kernels::Products;
#[cfg(feature = "flex")]
use skipbench_kernels::norm::Epilogue;

#[cfg(feature = "flex")]
use crate::layer;
#[cfg(feature = "flex")]
pub(crate) use native::apply as applies;
pub use statistics::{update_running_statistics, uses_batch_statistics};

/// Chooses whose operations compute a layer.
///
/// Activations are `[batch, channels, height, width]`. A normalization uses the statistics of the batch, and updates
/// its running ones, when Burn's layer would: see [`uses_batch_statistics`]. All methods panic as Burn's layers do if
/// the channels of `x` are not those of the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The kernels of this crate, with products in the given precision, where they apply. They take f32 on Burn's flex
    /// device; square convolutions, evenly padded by less than their kernel, without groups, dilation or bias; and
    /// linear layers and layer normalizations with a bias. Burn's own operations are used elsewhere. The layers of
    /// Transformers multiply in f32 in either precision.
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
    /// Applies `layer` to `x`.
    pub fn conv(self, layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
        #[cfg(feature = "flex")]
        if let Some(window) = self.products(&x).and_then(|products| native::window(layer, &x, products)) {
            return layer::convolve(x, layer.weight.val(), window);
        }
        layer.forward(x)
    }

    /// Applies `norm` to `x`.
    pub fn norm(self, norm: &BatchNorm, x: Tensor<4>) -> Tensor<4> {
        #[cfg(feature = "flex")]
        if self.products(&x).is_some() {
            return native::norm(norm, x, Epilogue::Identity);
        }
        norm.forward(x)
    }

    /// Applies [`norm`](Self::norm), then ReLU.
    pub fn norm_relu(self, norm: &BatchNorm, x: Tensor<4>) -> Tensor<4> {
        #[cfg(feature = "flex")]
        if self.products(&x).is_some() {
            return native::norm(norm, x, Epilogue::Relu);
        }
        relu(norm.forward(x))
    }

    /// Applies [`norm_relu`](Self::norm_relu), then [`conv`](Self::conv).
    pub fn norm_relu_conv(self, norm: &BatchNorm, layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
        #[cfg(feature = "flex")]
        if let Some(window) = self.products(&x).and_then(|products| native::window(layer, &x, products)) {
            return native::norm_relu_conv(norm, layer, x, window);
        }
        self.conv(layer, self.norm_relu(norm, x))
    }

    /// Applies [`norm`](Self::norm), adds `shortcut`, then applies ReLU.
    pub fn norm_add_relu(self, norm: &BatchNorm, x: Tensor<4>, shortcut: Tensor<4>) -> Tensor<4> {
        #[cfg(feature = "flex")]
        if self.products(&x).is_some() {
            return native::norm(norm, x, Epilogue::AddRelu(shortcut));
        }
        relu(shortcut + norm.forward(x))
    }

    /// Returns the precision for the kernels' products, if the kernels are wanted and can work on `x`.
    #[cfg(feature = "flex")]
    fn products<const D: usize>(self, x: &Tensor<D>) -> Option<Products> {
        match self {
            Engine::Native(products) => native::apply(x).then_some(products),
            Engine::Burn => None,
        }
    }
}
