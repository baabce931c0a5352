//! Integration tests of skipbench-models.

mod counts;
mod fixture;
mod forward;
#[cfg(feature = "flex")]
mod kernels;
mod matching;
mod names;
mod parity;
mod probe;
mod specs;
mod styles;
mod torchvision;
#[cfg(feature = "wgpu")]
mod wgpu;
