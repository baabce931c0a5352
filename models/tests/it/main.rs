//! Integration tests of skipbench-models.

#[cfg(feature = "flex")]
mod block;
mod counts;
mod execution;
mod fixture;
mod forward;
#[cfg(feature = "flex")]
mod kernels;
#[cfg(feature = "flex")]
mod layers;
mod matching;
mod names;
mod parity;
mod probe;
#[cfg(feature = "flex")]
mod reference;
mod specs;
mod styles;
mod torchvision;
mod training;
#[cfg(feature = "wgpu")]
mod wgpu;
