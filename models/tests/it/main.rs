//! Integration tests of skipbench-models.

mod counts;
mod execution;
mod forward;
mod matching;
mod names;
mod specs;
mod training;
#[cfg(feature = "wgpu")]
mod wgpu;
