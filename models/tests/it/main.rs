//! Integration tests of skipbench-models.

#[cfg(feature = "flex")]
mod block;
mod counts;
mod execution;
mod fixture;
mod forward;
mod matching;
mod names;
mod parity;
mod probe;
#[cfg(feature = "flex")]
#[allow(dead_code, unused_imports, reason = "the other crates' tests use the rest of it")]
#[path = "../../kernels/tests/it/reference/mod.rs"]
mod reference;
mod specs;
mod styles;
mod torchvision;
mod training;
#[cfg(feature = "wgpu")]
mod wgpu;
