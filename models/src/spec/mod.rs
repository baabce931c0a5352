//! Defines [`ModelSpec`], a network as data, and [`Model`], the same network built. This is the only place that knows
//! every family.

mod custom;
mod model;
mod network;
pub(crate) mod words;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

pub use custom::{CustomConfig, CustomModel};
pub use model::Model;
pub use network::{Custom, Network};

use crate::cost::trace::CostTrace;
use crate::cost::{self, Cost, Layer};
use crate::error::SpecError;
use crate::inputs::execution::Execution;
use crate::inputs::images::Images;
use crate::inputs::init::Weights;
use crate::nets::{BackboneConfig, DenseNetConfig, ResNetConfig, ViTConfig};
use crate::skip::{ResidualSkip, Skip};

/// A network as data. In TOML it is written as `{ family = "resnet", depth = 20 }`.
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
    #[serde(rename = "own")]
    Custom(CustomConfig),
}

impl ModelSpec {
    /// Returns the family as reports group it: `plain`, `resnet`, `densenet`, `vit`, `backbone` or `own`.
    pub fn family(&self) -> &'static str {
        match self {
            ModelSpec::Resnet(config) => match config.skip {
                ResidualSkip::None => words::PLAIN,
                ResidualSkip::Add => words::RESNET,
            },
            ModelSpec::Densenet(_) => words::DENSENET,
            ModelSpec::Vit(_) => words::VIT,
            ModelSpec::Backbone(_) => words::BACKBONE,
            ModelSpec::Custom(_) => words::CUSTOM,
        }
    }

    /// Returns the skip style as reports group it: the word of a [`Skip`] such as `none`, `add` or `concat`. A
    /// Transformer that lacks one of its two skips is `attention-only` or `mlp-only`, after the one it has.
    pub fn skip(&self) -> &str {
        match self {
            ModelSpec::Resnet(config) => config.skip.word(),
            ModelSpec::Densenet(_) => Skip::Concat.word(),
            ModelSpec::Backbone(config) => config.skip.word(),
            ModelSpec::Custom(config) => &config.skip,
            ModelSpec::Vit(config) if config.skip != Skip::Add => config.skip.word(),
            ModelSpec::Vit(config) => match (config.attention_skip, config.mlp_skip) {
                (ResidualSkip::None, ResidualSkip::None) => Skip::None.word(),
                (ResidualSkip::None, ResidualSkip::Add) => words::MLP_ONLY,
                (ResidualSkip::Add, ResidualSkip::None) => words::ATTENTION_ONLY,
                (ResidualSkip::Add, ResidualSkip::Add) => Skip::Add.word(),
            },
        }
    }

    /// Returns the number of weighted layers, or of a Transformer's blocks.
    pub fn depth(&self) -> usize {
        match self {
            ModelSpec::Resnet(config) => config.depth,
            ModelSpec::Densenet(config) => config.depth,
            ModelSpec::Vit(config) => config.depth,
            ModelSpec::Backbone(config) => config.depth,
            ModelSpec::Custom(config) => config.depth,
        }
    }

    /// Returns the number of branches F that a skip goes around, or would. This measure of depth means the same in
    /// every family.
    pub fn branches(&self) -> usize {
        match self {
            ModelSpec::Resnet(config) => config.stages().map_or(0, |stages| stages.iter().sum()),
            ModelSpec::Densenet(config) => config.blocks().map_or(0, |blocks| blocks.iter().sum()),
            ModelSpec::Vit(config) => 2 * config.depth,
            ModelSpec::Backbone(config) => config.depth.saturating_sub(4) / 2,
            ModelSpec::Custom(config) => config.depth,
        }
    }

    /// Returns whether a training step keeps what its cost says. All do except stochastic depth, which leaves blocks
    /// out by chance.
    pub fn keeps_what_it_costs(&self) -> bool {
        match self {
            ModelSpec::Backbone(config) => !config.skip.leaves_blocks_out(),
            ModelSpec::Vit(config) => !config.skip.leaves_blocks_out(),
            ModelSpec::Custom(config) => config.skip != Skip::Stochastic.word(),
            ModelSpec::Resnet(_) | ModelSpec::Densenet(_) => true,
        }
    }

    /// Returns the layer table for `images`, without building the network.
    ///
    /// # Errors
    /// Returns an impossible value, or images too small for the strides.
    pub fn layers(&self, images: Images) -> Result<Vec<Layer>, SpecError> {
        self.layers_with(images, Execution::default())
    }

    /// Returns [`ModelSpec::layers`] with a choice of how the network computes, which decides what it saves.
    ///
    /// # Errors
    /// Returns the errors of [`ModelSpec::layers`].
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
        trace.finish()
    }

    /// Returns the cost for `images`, without building the network.
    ///
    /// # Errors
    /// Returns the errors of [`ModelSpec::layers`].
    pub fn cost(&self, images: Images) -> Result<Cost, SpecError> {
        self.cost_with(images, Execution::default())
    }

    /// Returns [`ModelSpec::cost`] with a choice of how the network computes, which decides what it saves.
    ///
    /// # Errors
    /// Returns the errors of [`ModelSpec::layers`].
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
    /// Returns the errors of [`ModelSpec::layers`].
    pub fn init(&self, images: Images, seed: u64, device: &Device) -> Result<Model, SpecError> {
        self.init_with(images, seed, device, Execution::default())
    }

    /// Does the same as [`ModelSpec::init`], with a choice of how the network computes.
    ///
    /// # Errors
    /// Returns the errors of [`ModelSpec::layers`].
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
            ModelSpec::Vit(config) => Model::Vit(config.init(images, seed, weights)?),
            ModelSpec::Backbone(config) => Model::Staged(config.staged(images)?.init(seed, weights)),
            ModelSpec::Custom(config) => return Err(SpecError::new("name", &config.name, FOREIGN)),
        })
    }
}

const NO_LAYERS: &str = "a custom network has no layer table";
const FOREIGN: &str = "this program has no such network; run the one that brings it";
