//! Does a training step, and checks its result.

use anyhow::{Result, ensure};
use burn::nn::loss::CrossEntropyLoss;
use burn::optim::ModuleOptimizer;
use burn::tensor::{Int, Tensor};
use skipbench_models::Network;

use super::precision;
use crate::cell::recipe::Precision;

/// Does one optimizer step. Returns the network, the loss and the logits; neither of the latter holds the graph.
pub fn step<N: Network>(
    model: N,
    optimizer: &mut ModuleOptimizer,
    criterion: &CrossEntropyLoss,
    (images, labels): (Tensor<4>, Tensor<1, Int>),
    learning_rate: f64,
    precision: Precision,
) -> (N, Tensor<1>, Tensor<2>) {
    let logits = precision::forward(&model, images, precision);
    let loss = criterion.forward(logits.clone(), labels);
    let (seen_loss, seen_logits) = (loss.clone().inner(), logits.inner());
    // The graph goes with the loss: before the optimizer needs memory of its own.
    let gradients = precision::backward(&model, loss, precision);
    (optimizer.step(learning_rate, model, gradients), seen_loss, seen_logits)
}

/// Returns the number in a loss.
///
/// # Errors
/// Returns an error if it cannot be read or is not finite.
pub(crate) fn finite(loss: Tensor<1>) -> Result<f64> {
    let value = f64::from(loss.try_into_scalar::<f32>().map_err(|error| anyhow::anyhow!("reading the loss: {error}"))?);
    ensure!(value.is_finite(), "the loss is {value}");
    Ok(value)
}

/// Formats a shape as rows have it: `64x10`.
pub(crate) fn shape_word([images, classes]: [usize; 2]) -> String {
    format!("{images}x{classes}")
}
