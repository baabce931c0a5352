//! Integration tests of skipbench-models.

mod costs;
mod counts;
mod execution;
mod fixture;
mod forward;
mod joins;
mod matching;
mod names;
mod parity;
mod probe;
mod specs;
mod styles;
mod torchvision;
mod training;
#[cfg(feature = "wgpu")]
mod wgpu;
