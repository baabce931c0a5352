//! Integration tests of skipbench-models.

mod counts;
mod execution;
mod forward;
#[cfg(feature = "flex")]
mod kernels;
#[cfg(feature = "flex")]
mod layers;
mod matching;
mod names;
mod probe;
mod specs;
mod styles;
mod training;
#[cfg(feature = "wgpu")]
mod wgpu;
