//! Operations that Burn has not, as extensions of its backends, and what they do with automatic differentiation.
//!
//! `layer` and `norm_conv` bring this crate's kernels to the flex device. `block` makes one operation of a stage of blocks that concatenate,
//! on every device.

#[cfg(feature = "flex")]
mod autodiff;
pub mod block;
mod conv;
mod engine;
#[cfg(feature = "flex")]
mod flex;
#[cfg(feature = "flex")]
pub mod layer;
#[cfg(feature = "flex")]
pub mod norm_conv;

pub use conv::Conv;
pub use engine::{Engine, follow, learns};
pub use skipbench_kernels::conv::Products;
