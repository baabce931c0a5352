//! What skipbench compares: matched families of image classifiers on Burn that differ in their skip connection.
//!
//! - [`Skip`] is the subject: none, add, concatenate, and the other styles of the backbone.
//! - [`ModelSpec`] is a network as data; [`ModelSpec::init`] builds it, [`ModelSpec::cost`] costs it without building it.
//! - [`CustomModel`] is how a network of one's own is measured beside them.
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

pub mod catalog;
mod cost;
mod custom;
mod error;
mod execution;
mod images;
mod init;
mod nets;
pub mod probe;
// Its table links to the files where joins run.
#[allow(rustdoc::private_intra_doc_links)]
pub mod skip;
mod spec;
mod weights;

pub use catalog::{Family, Fixed, matching};
pub use cost::{Cost, Layer, total};
pub use custom::{CustomConfig, CustomModel};
pub use error::SpecError;
pub use execution::{Execution, Kernels, Memory};
pub use images::Images;
pub use nets::{BackboneConfig, BlockKind, DenseKind, DenseNetConfig, Norm, ResNet, ResNetConfig};
pub use nets::{Shortcut, Staged, StemKind, ViT, ViTConfig};
pub use skip::{ResidualSkip, Skip};
pub use spec::{Custom, Model, ModelSpec, Network};
pub use weights::{Fit, State, parity, torchvision};
