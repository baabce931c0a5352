//! Integration tests of skipbench-models.

mod counts;
mod forward;
#[cfg(feature = "flex")]
mod kernels;
mod matching;
mod names;
mod specs;
#[cfg(feature = "wgpu")]
mod wgpu;
