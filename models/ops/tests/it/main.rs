//! Integration tests of skipbench-ops.
#![cfg(feature = "flex")]

mod block;
mod engine;
mod layers;
#[allow(dead_code, unused_imports, reason = "the other crates' tests use the rest of it")]
#[path = "../../../kernels/tests/it/reference/mod.rs"]
mod reference;
mod transformer;

use burn::tensor::{Device, Tensor, TensorData};

const EPSILON: f64 = 1e-5;

/// A tensor of these numbers.
fn constant<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec::<f32>().expect("f32")
}

/// Runs `work` on a pool of `threads`.
fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(work)
}
