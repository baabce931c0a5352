//! Defines [`Model`], a built network of any family.

use burn::module::Module;
use burn::tensor::Tensor;

use crate::nets::{ResNet, Staged, ViT};
use crate::probe::{Lesion, Probe, Unprobed};

/// A built network of any family.
#[derive(Module, Debug)]
pub enum Model {
    /// A residual or plain network.
    Resnet(ResNet),
    /// A DenseNet or a controlled backbone.
    Staged(Staged),
    /// A Vision Transformer.
    Vit(ViT),
}

impl Model {
    /// # Shapes
    /// - `images`: `[batch, channels, size, size]`
    /// - output: logits, `[batch, classes]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        self.forward_probed(images, &mut Unprobed)
    }

    /// Does the same as [`forward`](Self::forward), with a probe.
    pub fn forward_probed<P: Probe>(&self, images: Tensor<4>, probe: &mut P) -> Tensor<2> {
        match self {
            Model::Resnet(model) => model.forward_probed(images, probe),
            Model::Staged(model) => model.forward_probed(images, probe),
            Model::Vit(model) => model.forward_probed(images, probe),
        }
    }

    /// Returns every lesion that the network can take, block by block.
    pub fn lesions(&self) -> Vec<Lesion> {
        match self {
            Model::Resnet(model) => model.lesions(),
            Model::Staged(model) => model.lesions(),
            Model::Vit(model) => model.lesions(),
        }
    }
}
