//! Holds what skipbench compares: matched families of image classifiers on Burn that differ in their skip connection.
//! The layers run on [`skipbench_ops`], which knows nothing of networks.
//!
//! The modules, from the bottom up:
//!
//! - `error` and `inputs` are the base of all others: what is wrong with a specification, and what a network is built
//!   from besides it (the shape of images, how it computes, and weights from a seed).
//! - `cost` says what a network costs ([`Cost`], [`Layer`]) by a trace of its operations, without building it.
//! - [`skip`] is the subject: how a block joins its input with its branch's output, one file per style ([`Skip`]).
//! - [`probe`] sees what happens inside a network, and can leave out its blocks.
//! - `nets` holds the networks: [`ResNet`], [`Staged`] (dense networks and the controlled backbone) and [`ViT`].
//! - `spec` knows every family. [`ModelSpec`] is a network as data, [`Model`] is the same network built, and
//!   [`CustomModel`] brings in a network of another program to be measured beside them.
//! - [`catalog`] knows every published variant by name, and [`matching`] finds members of equal budget.
//! - `weights` holds a network's tensors by name ([`State`]); [`torchvision`] gives them PyTorch's names and layout,
//!   and [`parity`] compares what two programs compute.
//!
//! How data flows:
//!
//! ```text
//! name ── catalog ──> ModelSpec ── layers, cost ──> Layer, Cost <── matching (members of equal budget)
//!                         │
//!                         │ init (seed, device, Execution)
//!                         v
//!            images ──> Model ──> logits      each block: x ── branch ──> F(x), then skip: join(x, F(x)) ──> y
//!                         │
//!                         └── State ── torchvision, parity ──> PyTorch's names, deviations
//! ```
//!
//! This crate reads no file, no clock and no environment. Randomness comes from a seed passed in.
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
mod error;
mod inputs;
mod nets;
pub mod probe;
// Its table links to the files where joins run.
#[allow(rustdoc::private_intra_doc_links)]
pub mod skip;
mod spec;
mod weights;

pub use catalog::{Family, Fixed, matching};
pub use cost::{Cost, Layer, total};
pub use error::SpecError;
pub use inputs::execution::{Execution, Kernels, Memory};
pub use inputs::images::Images;
pub use nets::{BackboneConfig, BlockKind, DenseKind, DenseNetConfig, Norm, ResNet, ResNetConfig};
pub use nets::{Shortcut, Staged, StemKind, ViT, ViTConfig};
pub use skip::{ResidualSkip, Skip};
/// Counts what was asked of this project's kernels.
pub use skipbench_ops::Work as KernelWork;
/// Instruction sets that this project's kernels have, and what they multiply.
pub use skipbench_ops::{Isa as KernelIsa, Products as KernelProducts};
/// A step of stochastic gradient descent in one pass.
pub use skipbench_ops::{Sgd, sgd_step};
pub use spec::{Custom, CustomConfig, CustomModel, Model, ModelSpec, Network};
pub use weights::{Fit, State, fit, parity, torchvision};
