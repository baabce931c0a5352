//! Operations that Burn has not, as extensions of its backends, and what they do with automatic differentiation.
//!
//! [`layer`] brings this crate's kernels to the flex device.

#[cfg(feature = "flex")]
mod autodiff;
#[cfg(feature = "flex")]
mod flex;
#[cfg(feature = "flex")]
pub mod layer;
