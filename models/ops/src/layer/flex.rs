//! Implements the extension on flex itself, by the kernels.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use skipbench_kernels::Planes;
use skipbench_kernels::norm::{self, Epilogue, Mask, Parameters};

use super::arguments::Window;
use super::extension::LayerOps;
use crate::slices::{dense, dims, numbers, planes, tensor, whole};

/// Returns the gradients of a convolution's input and weights.
pub(super) fn convolve_backward(
    x: FlexTensor,
    weight: FlexTensor,
    dy: FlexTensor,
    window: Window,
    wanted: [bool; 2],
) -> [Option<FlexTensor>; 2] {
    let (x, weight, dy) = (dense(x), dense(weight), dense(dy));
    let shape = window.shape(dims(&x), dims(&weight));
    let dx = || tensor(window.convolution(shape).gradient(numbers(&dy), numbers(&weight)), dims(&x));
    let dw = || {
        let mut dw = vec![0.0; shape.weight_len()];
        window.convolution(shape).weight_gradient(numbers(&x), numbers(&dy), &mut dw);
        tensor(dw, dims(&weight))
    };
    [wanted[0].then(dx), wanted[1].then(dw)]
}

/// Holds what the gradient of a normalization needs from its forward pass.
#[derive(Debug, Clone)]
pub(super) struct Saved {
    pub(super) x: FlexTensor,
    pub(super) gamma: FlexTensor,
    pub(super) beta: FlexTensor,
    pub(super) mean: FlexTensor,
    pub(super) variance: FlexTensor,
    pub(super) epsilon: f64,
    pub(super) relu: bool,
    /// The output, where a shortcut was added.
    pub(super) output: Option<FlexTensor>,
}

impl Saved {
    /// Returns γ, β and ε.
    pub(super) fn parameters(&self) -> Parameters<'_> {
        Parameters { gamma: numbers(&self.gamma), beta: numbers(&self.beta), epsilon: self.epsilon }
    }
}

/// Returns the gradients of x, γ, β and the shortcut. The gradient of x overwrites `d` if nobody else holds it.
pub(super) fn norm_backward(saved: &Saved, d: FlexTensor) -> (FlexTensor, FlexTensor, FlexTensor, Option<FlexTensor>) {
    let mut dx = whole(d);
    let mask = match &saved.output {
        Some(output) => Mask::Output(planes(output)),
        None if saved.relu => Mask::Normalized,
        None => Mask::All,
    };
    let (x, shape, channels) = (planes(&saved.x), dims(&saved.x), dims(&saved.x)[1]);
    let (parameters, statistics) = (saved.parameters(), (numbers(&saved.mean), numbers(&saved.variance)));
    let found = norm::backward(x, parameters, statistics, mask, dx.storage_mut::<f32>());
    let shortcut = found.shortcut.map(|shortcut| tensor(shortcut, shape));
    (dx, tensor(found.gamma, [channels]), tensor(found.beta, [channels]), shortcut)
}

/// Computes [`LayerOps::norm_train`] and what follows it.
fn train(
    x: &FlexTensor,
    [gamma, beta]: [FlexTensor; 2],
    epsilon: f64,
    epilogue: Epilogue<Planes<'_>>,
) -> (FlexTensor, FlexTensor, FlexTensor) {
    let (gamma, beta) = (dense(gamma), dense(beta));
    let parameters = Parameters { gamma: numbers(&gamma), beta: numbers(&beta), epsilon };
    let (y, (mean, variance)) = norm::train(planes(x), parameters, epilogue);
    let channels = mean.len();
    (tensor(y, dims(x)), tensor(mean, [channels]), tensor(variance, [channels]))
}

/// Computes [`LayerOps::norm_infer`] and what follows it. The result overwrites x if nobody else holds it.
fn infer(
    x: FlexTensor,
    parameters: [FlexTensor; 2],
    statistics: [FlexTensor; 2],
    epsilon: f64,
    epilogue: Epilogue<Planes<'_>>,
) -> FlexTensor {
    let [[gamma, beta], [mean, variance]] = [parameters, statistics].map(|pair| pair.map(dense));
    let [batch, channels, height, width] = dims(&x);
    let parameters = Parameters { gamma: numbers(&gamma), beta: numbers(&beta), epsilon };
    let statistics = (numbers(&mean), numbers(&variance));
    let mut y = whole(x);
    norm::infer([batch, channels, height * width], y.storage_mut::<f32>(), parameters, statistics, epilogue);
    y
}

impl LayerOps for Flex {
    fn convolve(x: FlexTensor, weight: FlexTensor, window: Window) -> FlexTensor {
        let (x, weight) = (dense(x), dense(weight));
        let shape = window.shape(dims(&x), dims(&weight));
        let [height, width] = [shape.out_height(), shape.out_width()];
        let y = window.convolution(shape).output(numbers(&x), numbers(&weight));
        tensor(y, [shape.batch, shape.output, height, width])
    }

    fn norm_train(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        epsilon: f64,
        relu: bool,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let epilogue = if relu { Epilogue::Relu } else { Epilogue::Identity };
        train(&dense(x), [gamma, beta], epsilon, epilogue)
    }

    fn norm_add_train(
        x: FlexTensor,
        shortcut: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        epsilon: f64,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let shortcut = dense(shortcut);
        train(&dense(x), [gamma, beta], epsilon, Epilogue::AddRelu(planes(&shortcut)))
    }

    fn norm_infer(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        mean: FlexTensor,
        variance: FlexTensor,
        epsilon: f64,
        relu: bool,
    ) -> FlexTensor {
        let epilogue = if relu { Epilogue::Relu } else { Epilogue::Identity };
        infer(x, [gamma, beta], [mean, variance], epsilon, epilogue)
    }

    fn norm_add_infer(
        x: FlexTensor,
        shortcut: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        mean: FlexTensor,
        variance: FlexTensor,
        epsilon: f64,
    ) -> FlexTensor {
        let shortcut = dense(shortcut);
        infer(x, [gamma, beta], [mean, variance], epsilon, Epilogue::AddRelu(planes(&shortcut)))
    }
}
