//! What skipbench compares: matched families of image classifiers on Burn that differ in their skip connection.
//!
//! - [`Skip`] is the subject: none, add, concatenate, and the other styles of the backbone.
//! - [`ModelSpec`] is a network as data; [`ModelSpec::init`] builds it, [`ModelSpec::cost`] costs it without building it.
//! - [`Own`] is how a network of one's own is measured beside them.
//! - A [`probe`] sees what happens inside a network, and can leave out its blocks.
//! - [`catalog`] knows every published variant by name; [`matching`] finds members of equal budget.
//! - [`State`] is a network's tensors by name; [`torchvision`] gives them PyTorch's names and layout, [`parity`] compares.
//!
//! This crate reads no file, no clock and no environment; randomness comes from a seed passed in.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use skipbench_models::{Images, catalog};
//!
//! let spec = catalog::find("resnet20")?;
//! assert_eq!(spec.cost(Images::CIFAR10)?.params, 269_722);
//! let model = spec.init(Images::CIFAR10, 1, &Device::flex())?;
//! let logits = model.forward(Tensor::zeros([2, 3, 32, 32], &Device::flex()));
//! assert_eq!(logits.dims(), [2, 10]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod backbone;
mod block;
mod branch;
pub mod catalog;
mod concat;
mod cost;
mod count;
mod densenet;
mod error;
mod execution;
mod family;
mod fit;
mod head;
mod init;
pub mod matching;
mod names;
mod network;
mod norm;
mod own;
pub mod parity;
pub mod probe;
mod resnet;
mod skip;
mod spec;
mod staged;
mod state;
mod stem;
mod tape;
pub mod torchvision;
mod vit;

/// The shape of a convolution: what `init` draws, `cost` counts and a model file writes down.
mod conv {
    pub(crate) use skipbench_ops::Conv;
}

pub use backbone::BackboneConfig;
pub use block::{BlockKind, Shortcut};
pub use cost::{Cost, Images, Layer, total};
pub use densenet::{DenseKind, DenseNetConfig};
pub use error::SpecError;
pub use execution::{Execution, Kernels, Memory};
pub use family::{Family, Fixed};
pub use fit::{Fit, fit};
pub use network::{Network, OwnNetwork};
pub use norm::Norm;
pub use own::{Own, OwnConfig};
pub use resnet::{ResNet, ResNetConfig};
pub use skip::Skip;
pub use spec::{Model, ModelSpec};
pub use staged::Staged;
pub use state::State;
pub use stem::StemKind;
pub use vit::{ViT, ViTConfig};
