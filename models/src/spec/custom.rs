//! Defines custom models: networks that another program brings, and what they must tell to be measured like the others.

use burn::module::{Module, ModuleDisplay};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::cost::Cost;
use crate::error::SpecError;
use crate::inputs::images::Images;

/// Describes a custom model as data: what a suite names, and what rows say of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomConfig {
    /// Its name, unlike any of the catalog's.
    pub name: String,
    /// How it joins, in one word: `none`, `add`, `concat` or one of its own.
    pub skip: String,
    /// Number of weighted layers.
    pub depth: usize,
    /// Number of trainable parameters. The built network must have as many.
    pub params: u64,
    /// Multiply-accumulates of convolutions and linear layers for one image.
    pub macs: u64,
}

impl CustomConfig {
    /// Returns what is known of its cost. Bytes are not known, and rows leave them empty.
    pub(crate) fn cost(&self) -> Cost {
        Cost { params: self.params, macs: self.macs, ..Cost::default() }
    }
}

/// Brings networks of another program. Implement it for a `Module` of yours, often an enum with a variant for each
/// network.
pub trait CustomModel: Module + ModuleDisplay {
    /// Returns every network, for images of that shape.
    fn configs(images: Images) -> Vec<CustomConfig>;

    /// Builds one of them on `device` with weights drawn from `seed`. The same seed must give the same weights.
    ///
    /// # Errors
    /// Returns what cannot be built, and what could be.
    fn init(config: &CustomConfig, images: Images, seed: u64, device: &Device) -> Result<Self, SpecError>;

    /// # Shapes
    /// - `images`: `[batch, channels, size, size]`
    /// - output: logits, `[batch, classes]`
    fn forward(&self, images: Tensor<4>) -> Tensor<2>;
}
