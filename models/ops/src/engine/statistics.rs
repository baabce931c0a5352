//! Decides when a batch normalization learns, and what it then remembers. Both follow Burn's own layer.

use burn::nn::BatchNorm;
use burn::tensor::Tensor;

/// Returns whether `norm` uses the statistics of the batch `x`, `[batch, channels, height, width]`. As in Burn's own
/// layer it does so on a device with autodiff, unless the layer is frozen.
pub fn uses_batch_statistics(norm: &BatchNorm, x: &Tensor<4>) -> bool {
    x.device().is_autodiff() && norm.training.is_enabled()
}

/// Moves the running statistics of `norm` toward those of a batch, `[channels]` each, as Burn's layer does.
pub fn update_running_statistics(norm: &BatchNorm, mean: Tensor<1>, variance: Tensor<1>) {
    for (running, batch) in [(&norm.running_mean, mean), (&norm.running_var, variance)] {
        let old = running.value_sync().to_device(&batch.device());
        let new = old.mul_scalar(1.0 - norm.momentum).add(batch.detach().mul_scalar(norm.momentum));
        running.update(new.detach());
    }
}
