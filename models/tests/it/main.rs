//! Integration tests of skipbench-models.

mod counts;
mod forward;
mod matching;
mod names;
mod specs;
#[cfg(feature = "wgpu")]
mod wgpu;
