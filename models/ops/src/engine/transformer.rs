//! The layers of Transformers as networks call them.

#[cfg(feature = "flex")]
use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;
use burn::tensor::activation::gelu;

use super::Engine;
use crate::Branch;
#[cfg(feature = "flex")]
use crate::transformer;

impl Engine {
    /// `layer` applied along the last axis of `x`.
    pub fn linear<const D: usize>(self, layer: &Linear, x: Tensor<D>) -> Tensor<D> {
        #[cfg(feature = "flex")]
        if let (Some(_), Some(bias)) = (self.products(&x), &layer.bias) {
            return transformer::linear(x, layer.weight.val(), bias.val());
        }
        layer.forward(x)
    }

    /// GELU, the exact one, then [`linear`](Self::linear).
    pub fn gelu_linear<const D: usize>(self, layer: &Linear, x: Tensor<D>) -> Tensor<D> {
        #[cfg(feature = "flex")]
        if let (Some(_), Some(bias)) = (self.products(&x), &layer.bias) {
            return transformer::gelu_linear(x, layer.weight.val(), bias.val());
        }
        layer.forward(gelu(x))
    }

    /// `norm` applied along the last axis of `x`. Burn's layer does not tell its ε, so that the caller says it again:
    /// the one it was made with.
    pub fn layer_norm<const D: usize>(self, norm: &LayerNorm, epsilon: f64, x: Tensor<D>) -> Tensor<D> {
        #[cfg(feature = "flex")]
        if let (Some(_), Some(beta)) = (self.products(&x), &norm.beta) {
            return transformer::layer_norm(x, norm.gamma.val(), beta.val(), epsilon);
        }
        let _ = epsilon;
        norm.forward(x)
    }

    /// Attention as a branch: `norm`, `qkv`, [`attention`](Self::attention), `projection`; x is added if `how` says so.
    /// One operation by the kernels, with the bits of its parts.
    pub fn attention_branch(
        self,
        norm: &LayerNorm,
        [qkv, projection]: [&Linear; 2],
        x: Tensor<3>,
        how: Branch,
    ) -> Tensor<3> {
        #[cfg(feature = "flex")]
        if let (Some(_), Some((norm, [qkv, projection]))) = (self.products(&x), learned(norm, [qkv, projection])) {
            return transformer::attention_branch(x, norm, qkv, projection, how);
        }
        let y = self.linear(qkv, self.layer_norm(norm, how.epsilon, x.clone()));
        let y = self.linear(projection, self.attention(y, how.heads));
        if how.skip { x + y } else { y }
    }

    /// An MLP as a branch: `norm`, `up`, GELU, `down`; x is added if `how` says so. One operation by the kernels, with
    /// the bits of its parts.
    pub fn mlp_branch(self, norm: &LayerNorm, [up, down]: [&Linear; 2], x: Tensor<3>, how: Branch) -> Tensor<3> {
        #[cfg(feature = "flex")]
        if let (Some(_), Some((norm, [up, down]))) = (self.products(&x), learned(norm, [up, down])) {
            return transformer::mlp_branch(x, norm, up, down, how);
        }
        let y = self.gelu_linear(down, self.linear(up, self.layer_norm(norm, how.epsilon, x.clone())));
        if how.skip { x + y } else { y }
    }

    /// The patches of images, `[batch, channels, height, width]`, each as `layer`, a convolution whose stride is its
    /// kernel, embeds it: `[batch, patches, outputs]`, row after row.
    pub fn embed(self, layer: &Conv2d, images: Tensor<4>) -> Tensor<3> {
        #[cfg(feature = "flex")]
        if let (Some(_), Some(bias), Some(patches)) = (self.products(&images), &layer.bias, patches(layer, &images)) {
            let weight = layer.weight.val();
            let [outputs, ..] = weight.dims();
            return transformer::linear(patches, weight.reshape([outputs as i32, -1]).transpose(), bias.val());
        }
        let embedded = layer.forward(images);
        let [batch, outputs, height, width] = embedded.dims();
        embedded.reshape([batch, outputs, height * width]).swap_dims(1, 2)
    }

    /// A class token `[1, 1, width]` before the patches `[batch, patches, width]` of each image, and positions
    /// `[1, 1 + patches, width]` added.
    pub fn tokens(self, class: Tensor<3>, positions: Tensor<3>, patches: Tensor<3>) -> Tensor<3> {
        #[cfg(feature = "flex")]
        if self.products(&patches).is_some() {
            return transformer::tokens(patches, class, positions);
        }
        let [batch, _, width] = patches.dims();
        Tensor::cat(vec![class.expand([batch, 1, width]), patches], 1) + positions
    }

    /// Self-attention with `heads` heads: queries, keys and values `[batch, tokens, 3 · width]`, one behind the other,
    /// to `[batch, tokens, width]`.
    pub fn attention(self, qkv: Tensor<3>, heads: usize) -> Tensor<3> {
        #[cfg(feature = "flex")]
        if self.products(&qkv).is_some() {
            return transformer::attention(qkv, heads);
        }
        let [batch, tokens, width] = qkv.dims();
        let qkv = qkv.reshape([batch, tokens, 3 * heads, width / 3 / heads]).swap_dims(1, 2);
        let part = |index: usize| qkv.clone().narrow(1, index * heads, heads);
        let y = burn::tensor::module::attention(part(0), part(1), part(2), None, None, Default::default());
        y.swap_dims(1, 2).reshape([batch, tokens, width / 3])
    }
}

/// The pixels of each patch side by side, `[batch, patches, channels · side · side]`, in the order of the weights of
/// `layer`. There are none if it is no embedding of patches that cover the images.
#[cfg(feature = "flex")]
fn patches(layer: &Conv2d, images: &Tensor<4>) -> Option<Tensor<3>> {
    let [batch, channels, height, width] = images.dims();
    let [side, other] = layer.kernel_size;
    let whole = side == other && height.is_multiple_of(side) && width.is_multiple_of(side);
    let plain = layer.groups == 1 && layer.dilation == [1, 1] && layer.stride == [side; 2];
    let bare = matches!(layer.padding, PaddingConfig2d::Valid | PaddingConfig2d::Explicit(0, 0, 0, 0));
    let (rows, columns) = (height / side, width / side);
    (whole && plain && bare).then(|| {
        let cut = images.clone().reshape([batch, channels, rows, side, columns, side]);
        cut.permute([0, 2, 4, 1, 3, 5]).reshape([batch, rows * columns, channels * side * side])
    })
}

/// Returns what a branch learns, or nothing if a layer has no bias.
#[cfg(feature = "flex")]
fn learned(norm: &LayerNorm, layers: [&Linear; 2]) -> Option<(transformer::Affine, [transformer::Layer; 2])> {
    let affine = transformer::Affine { gamma: norm.gamma.val(), beta: norm.beta.as_ref()?.val() };
    let layer =
        |layer: &Linear| Some(transformer::Layer { weight: layer.weight.val(), bias: layer.bias.as_ref()?.val() });
    Some((affine, [layer(layers[0])?, layer(layers[1])?]))
}
