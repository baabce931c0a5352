//! Computes convolution, batch normalization, concatenating blocks and the layers of Transformers for [Burn](burn)
//! programs that train on the CPU.
//!
//! - [`Engine`] computes Burn's layers, [`Conv2d`](burn::nn::conv::Conv2d), [`BatchNorm`](burn::nn::BatchNorm),
//!   [`Linear`](burn::nn::Linear) and [`LayerNorm`](burn::nn::LayerNorm), alone or several in one pass over memory, and
//!   attention. Where the kernels of this crate do not apply (another device than flex, another type than f32, groups,
//!   dilation, a convolution's bias) it calls Burn's own operations, so that it can be used everywhere.
//! - [`layer`] and [`transformer`] have the same operations on tensors, without layers (feature `flex`).
//! - [`block`] makes one operation of a stage of layers that concatenate, as a DenseNet's, on every device.
//!
//! All of it is differentiable: on a device with autodiff each operation registers its gradient. The kernels are those
//! of [`skipbench_kernels`], whose results have the same bits with any number of threads.
//!
//! ```
//! use burn::nn::conv::{Conv2d, Conv2dConfig};
//! use burn::nn::{BatchNorm, BatchNormConfig, PaddingConfig2d};
//! use burn::tensor::{Device, Tensor};
//! use skipbench_ops::Engine;
//!
//! /// y = ReLU(x + BN(conv(x)))
//! fn block(engine: Engine, conv: &Conv2d, norm: &BatchNorm, x: Tensor<4>) -> Tensor<4> {
//!     engine.norm_add_relu(norm, engine.conv(conv, x.clone()), x)
//! }
//!
//! let device = Device::flex().autodiff();
//! let padding = PaddingConfig2d::Explicit(1, 1, 1, 1);
//! let conv = Conv2dConfig::new([8, 8], [3, 3]).with_padding(padding).with_bias(false).init(&device);
//! let norm = BatchNormConfig::new(8).init(&device);
//! let x = Tensor::ones([2, 8, 16, 16], &device);
//! let y = block(Engine::default(), &conv, &norm, x.clone());
//! let gradients = y.sum().backward();
//! assert_eq!(conv.weight.val().grad(&gradients).map(|gradient| gradient.dims()), Some([8, 8, 3, 3]));
//! ```
//!
//! # Features
//!
//! - `flex` (default): the kernels, for Burn's flex device. Without it an [`Engine`] is Burn's operations alone.
//! - `wgpu`: [`block`] on Burn's WGSL device; `cube` on any other of its CubeCL devices.

pub mod block;
mod branch;
mod conv;
mod engine;
#[cfg(feature = "flex")]
pub mod layer;
mod sgd;
#[cfg(feature = "flex")]
mod slices;
#[cfg(feature = "flex")]
pub mod transformer;

pub use branch::Branch;
pub use conv::Conv;
pub use engine::{Engine, update_running_statistics, uses_batch_statistics};
pub use sgd::{Sgd, sgd_step};
pub use skipbench_kernels::norm::Epilogue;
pub use skipbench_kernels::{Isa, Products, Work};
