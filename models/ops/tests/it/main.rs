//! Integration tests of skipbench-ops.
#![cfg(feature = "flex")]

mod layers;
#[allow(dead_code, unused_imports, reason = "the other crates' tests use the rest of it")]
#[path = "../../../kernels/tests/it/reference/mod.rs"]
mod reference;
