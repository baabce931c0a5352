//! Computes a stage of pre-activation branches whose results are concatenated, as one operation ([`Stage`]).

use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use skipbench_ops::Conv;
use skipbench_ops::block::Stage;
use skipbench_ops::{update_running_statistics, uses_batch_statistics};

use super::branch::Branch;
use crate::inputs::execution::Execution;

/// Computes `x = [x, F(x)]` for each branch F in turn.
pub(crate) fn forward(branches: &[Branch], x: Tensor<4>, execution: Execution) -> Tensor<4> {
    let layers: Vec<Vec<(&Conv2d, &BatchNorm)>> = branches.iter().map(|branch| branch.layers().collect()).collect();
    let Some((_, norm)) = layers.first().and_then(|layer| layer.first()) else { return x };
    let stage = Stage {
        input: x.dims()[1],
        layers: layers.iter().map(|layer| layer.iter().map(|(conv, _)| shape(conv)).collect()).collect(),
        epsilon: norm.epsilon,
        engine: execution.kernels.engine(),
        activations: execution.memory.activations(),
    };
    let learning = uses_batch_statistics(norm, &x);
    let norms: Vec<&BatchNorm> = layers.iter().flatten().map(|(_, norm)| *norm).collect();
    let parameters = Tensor::cat(layers.iter().flatten().flat_map(|(conv, norm)| parameters(conv, norm)).collect(), 0);
    if !learning {
        let statistics = norms.iter().flat_map(|norm| [&norm.running_mean, &norm.running_var]);
        let statistics: Tensor<1> = Tensor::cat(statistics.map(|state| state.value()).collect(), 0);
        return stage.infer(x, parameters, statistics);
    }
    let (features, statistics) = stage.train(x, parameters);
    follow_all(&norms, statistics);
    features
}

/// Returns γ, β and weights of a step, in this order.
fn parameters(conv: &Conv2d, norm: &BatchNorm) -> [Tensor<1>; 3] {
    let weight = conv.weight.val();
    let count: usize = weight.dims().iter().product();
    [norm.gamma.val(), norm.beta.val(), weight.reshape([count])]
}

/// Moves every running statistic toward those of the batch.
fn follow_all(norms: &[&BatchNorm], statistics: Tensor<1>) {
    let mut start = 0;
    for norm in norms {
        let channels = norm.gamma.dims()[0];
        let part = |index: usize| statistics.clone().narrow(0, start + index * channels, channels);
        update_running_statistics(norm, part(0), part(1));
        start += 2 * channels;
    }
}

/// Returns the shape of a convolution that [`Weights`](crate::inputs::init::Weights) drew.
fn shape(conv: &Conv2d) -> Conv {
    let [output, input, kernel, _] = conv.weight.dims();
    Conv::new(input, output, kernel).stride(conv.stride[0])
}
