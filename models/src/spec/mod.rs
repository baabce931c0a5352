//! [`ModelSpec`]: a network as data; [`Model`]: the same network built. The only place that knows every family.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::nets::backbone::BackboneConfig;
use crate::cost::{self, Cost, Images, Layer};
use crate::spec::count::trainable;
use crate::nets::densenet::DenseNetConfig;
use crate::error::SpecError;
use crate::execution::Execution;
use crate::init::Weights;
use crate::custom::CustomConfig;
use crate::probe::{Lesion, Probe, Unprobed};
use crate::nets::resnet::{ResNet, ResNetConfig};
use crate::skip::Skip;
use crate::nets::staged::Staged;
use crate::cost::trace::{CostTrace, TooSmall};
use crate::nets::vit::{ViT, ViTConfig};

impl From<TooSmall> for SpecError {
    fn from(error: TooSmall) -> Self {
        SpecError::new("size", error.size, format!("{error}; use larger images or fewer stages"))
    }
}

/// A network as data. In TOML: `{ family = "resnet", depth = 20 }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "lowercase")]
pub enum ModelSpec {
    /// Residual (or, with `skip = "none"`, plain).
    Resnet(ResNetConfig),
    /// Densely connected.
    Densenet(DenseNetConfig),
    /// Vision Transformer.
    Vit(ViTConfig),
    /// The controlled backbone.
    Backbone(BackboneConfig),
    /// A network that another program brings.
    CustomModel(CustomConfig),
}

impl ModelSpec {
    /// The family as reports group it: `plain`, `resnet`, `densenet`, `vit`, `backbone` or `own`.
    pub fn family(&self) -> &'static str {
        match self {
            ModelSpec::Resnet(config) if config.skip == Skip::None => "plain",
            ModelSpec::Resnet(_) => "resnet",
            ModelSpec::Densenet(_) => "densenet",
            ModelSpec::Vit(_) => "vit",
            ModelSpec::Backbone(_) => "backbone",
            ModelSpec::Custom(_) => "own",
        }
    }

    /// The skip style as reports group it: the word of a [`Skip`] such as `none`, `add` or `concat`, or for a Transformer that lacks one of its two
    /// skips `attention-only` or `mlp-only`, after the one it has.
    pub fn skip(&self) -> &str {
        match self {
            ModelSpec::Resnet(config) => config.skip.word(),
            ModelSpec::Densenet(_) => Skip::Concat.word(),
            ModelSpec::Backbone(config) => config.skip.word(),
            ModelSpec::Custom(config) => &config.skip,
            ModelSpec::Vit(config) => match (config.attention_skip, config.mlp_skip) {
                (Skip::None, Skip::None) => "none",
                (Skip::None, _) => "mlp-only",
                (_, Skip::None) => "attention-only",
                _ => "add",
            },
        }
    }

    /// Weighted layers, or a Transformer's blocks.
    pub fn depth(&self) -> usize {
        match self {
            ModelSpec::Resnet(config) => config.depth,
            ModelSpec::Densenet(config) => config.depth,
            ModelSpec::Vit(config) => config.depth,
            ModelSpec::Backbone(config) => config.depth,
            ModelSpec::Custom(config) => config.depth,
        }
    }

    /// Branches F that a skip goes around, or would: the measure of depth that is the same thing in every family.
    pub fn branches(&self) -> usize {
        match self {
            ModelSpec::Resnet(config) => config.stages().map_or(0, |stages| stages.iter().sum()),
            ModelSpec::Densenet(config) => config.blocks().map_or(0, |blocks| blocks.iter().sum()),
            ModelSpec::Vit(config) => 2 * config.depth,
            ModelSpec::Backbone(config) => config.depth.saturating_sub(4) / 2,
            ModelSpec::Custom(config) => config.depth,
        }
    }

    /// Whether a training step keeps what its cost says: all but stochastic depth, which leaves blocks out by chance.
    pub fn keeps_what_it_costs(&self) -> bool {
        self.skip() != Skip::Stochastic.word()
    }

    /// The layer table for `images`, without building the network.
    ///
    /// # Errors
    /// An impossible value, or images too small for the strides.
    pub fn layers(&self, images: Images) -> Result<Vec<Layer>, SpecError> {
        self.layers_with(images, Execution::default())
    }

    /// [`ModelSpec::layers`] with a choice of how the network computes, which decides what it saves.
    ///
    /// # Errors
    /// As [`ModelSpec::layers`].
    pub fn layers_with(&self, images: Images, execution: Execution) -> Result<Vec<Layer>, SpecError> {
        images.check()?;
        let (mut trace, input) = CostTrace::start(images, execution);
        match self {
            ModelSpec::Resnet(config) => config.trace(images, &input, &mut trace)?,
            ModelSpec::Densenet(config) => config.staged(images)?.trace(&input, &mut trace),
            ModelSpec::Vit(config) => config.trace(images, &input, &mut trace)?,
            ModelSpec::Backbone(config) => config.staged(images)?.trace(&input, &mut trace),
            ModelSpec::Custom(config) => return Err(SpecError::new("name", &config.name, NO_LAYERS)),
        }
        Ok(trace.finish()?)
    }

    /// The cost for `images`, without building the network.
    ///
    /// # Errors
    /// As [`ModelSpec::layers`].
    pub fn cost(&self, images: Images) -> Result<Cost, SpecError> {
        self.cost_with(images, Execution::default())
    }

    /// [`ModelSpec::cost`] with a choice of how the network computes, which decides what it saves.
    ///
    /// # Errors
    /// As [`ModelSpec::layers`].
    pub fn cost_with(&self, images: Images, execution: Execution) -> Result<Cost, SpecError> {
        match self {
            ModelSpec::Custom(config) => Ok(config.cost()),
            _ => Ok(cost::total(&self.layers_with(images, execution)?)),
        }
    }

    /// Builds the network on `device` with weights drawn from `seed`. The same seed gives the same weights on
    /// every device.
    ///
    /// # Errors
    /// As [`ModelSpec::layers`].
    pub fn init(&self, images: Images, seed: u64, device: &Device) -> Result<Model, SpecError> {
        self.init_with(images, seed, device, Execution::default())
    }

    /// [`ModelSpec::init`] with a choice of how the network computes.
    ///
    /// # Errors
    /// As [`ModelSpec::layers`].
    pub fn init_with(
        &self,
        images: Images,
        seed: u64,
        device: &Device,
        execution: Execution,
    ) -> Result<Model, SpecError> {
        self.layers(images)?;
        let weights = &mut Weights::new(seed, device, execution);
        Ok(match self {
            ModelSpec::Resnet(config) => Model::Resnet(config.init(images, weights)?),
            ModelSpec::Densenet(config) => Model::Staged(config.staged(images)?.init(seed, weights)),
            ModelSpec::Vit(config) => Model::Vit(config.init(images, weights)?),
            ModelSpec::Backbone(config) => Model::Staged(config.staged(images)?.init(seed, weights)),
            ModelSpec::Custom(config) => return Err(SpecError::new("name", &config.name, FOREIGN)),
        })
    }
}

const NO_LAYERS: &str = "a network of one's own has no layer table";
const FOREIGN: &str = "this program has no such network; run the one that brings it";

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

    /// [`forward`](Self::forward) with a probe.
    pub fn forward_probed<P: Probe>(&self, images: Tensor<4>, probe: &mut P) -> Tensor<2> {
        match self {
            Model::Resnet(model) => model.forward_probed(images, probe),
            Model::Staged(model) => model.forward_probed(images, probe),
            Model::Vit(model) => model.forward_probed(images, probe),
        }
    }

    /// Every lesion that the network can take, block by block.
    pub fn lesions(&self) -> Vec<Lesion> {
        match self {
            Model::Resnet(model) => model.lesions(),
            Model::Staged(model) => model.lesions(),
            Model::Vit(model) => model.lesions(),
        }
    }

    /// Trainable parameters. Burn's own `num_params` also counts BatchNorm's running statistics.
    pub fn trainable_params(&self) -> u64 {
        trainable(self)
    }
}
