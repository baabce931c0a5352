//! Integration tests of skipbench-models.

mod counts;
mod forward;
mod matching;
mod names;
mod probe;
mod specs;
mod styles;
#[cfg(feature = "wgpu")]
mod wgpu;
