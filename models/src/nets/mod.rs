//! Defines the networks, one paper each in [`resnet`], [`densenet`], [`vit`] and [`backbone`], and the pieces that they
//! share.
//!
//! Every piece has the same three methods. `init` draws its weights, `forward` runs it, and `trace` costs it; `trace`
//! belongs to the configuration, because costing needs no network. All of them ask [`skip`](crate::skip) how a block
//! joins.

pub(crate) mod backbone;
mod block;
mod branch;
pub(crate) mod dense_stage;
pub(crate) mod densenet;
mod head;
pub(crate) mod norm;
pub(crate) mod resnet;
mod staged;
mod stem;
pub(crate) mod vit;

pub use backbone::BackboneConfig;
pub use block::{BlockKind, Shortcut};
pub use densenet::{DenseKind, DenseNetConfig};
pub use norm::Norm;
pub use resnet::{ResNet, ResNetConfig};
pub use staged::Staged;
pub use stem::StemKind;
pub use vit::{ViT, ViTConfig};
