//! The extension on flex itself: tensors taken apart into slices and put together again.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::tensor::TensorData;

use super::layer::{LayerOps, Window};
use skipbench_kernels::norm::{self, After, Mask, Parameters};
use skipbench_kernels::planes::Planes;

/// A contiguous tensor.
pub(super) fn dense(x: FlexTensor) -> FlexTensor {
    match x.as_slice::<f32>() {
        Some(_) => x,
        None => x.to_contiguous(),
    }
}

/// A contiguous tensor that is all of its storage, to be written to.
pub(super) fn whole(x: FlexTensor) -> FlexTensor {
    x.to_contiguous()
}

/// The numbers of a tensor that is [`dense`].
pub(super) fn numbers(x: &FlexTensor) -> &[f32] {
    x.as_slice::<f32>().expect("only f32 comes here, and `dense` made it contiguous")
}

/// A tensor of `values`.
pub(super) fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// The dimensions of a tensor of rank 4.
pub(super) fn dims(x: &FlexTensor) -> [usize; 4] {
    let shape = x.layout().shape();
    std::array::from_fn(|axis| shape[axis])
}

/// A tensor's planes.
pub(super) fn planes(x: &FlexTensor) -> Planes<'_> {
    let [batch, channels, height, width] = dims(x);
    Planes::new(numbers(x), batch, channels, height * width)
}

/// The gradients of a convolution's input and weights.
pub(super) fn convolve_backward(
    x: FlexTensor,
    weight: FlexTensor,
    dy: FlexTensor,
    window: Window,
    wanted: [bool; 2],
) -> [Option<FlexTensor>; 2] {
    let (x, weight, dy) = (dense(x), dense(weight), dense(dy));
    let shape = window.shape(dims(&x), dims(&weight));
    let dx = || tensor(window.conv(shape).gradient(numbers(&dy), numbers(&weight)), dims(&x));
    let dw = || {
        let mut dw = vec![0.0; shape.weight_len()];
        window.conv(shape).weight_gradient(numbers(&x), numbers(&dy), &mut dw);
        tensor(dw, dims(&weight))
    };
    [wanted[0].then(dx), wanted[1].then(dw)]
}

/// What the gradient of a normalization needs from its forward pass.
#[derive(Debug, Clone)]
pub(super) struct Kept {
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

impl Kept {
    /// γ, β and ε.
    pub(super) fn parameters(&self) -> Parameters<'_> {
        Parameters { gamma: numbers(&self.gamma), beta: numbers(&self.beta), epsilon: self.epsilon }
    }
}

/// Gradients of x, γ, β and the shortcut; that of x onto `d` where nobody else holds it.
pub(super) fn norm_backward(kept: &Kept, d: FlexTensor) -> (FlexTensor, FlexTensor, FlexTensor, Option<FlexTensor>) {
    let mut dx = whole(d);
    let mask = match &kept.output {
        Some(output) => Mask::Output(planes(output)),
        None if kept.relu => Mask::Normalized,
        None => Mask::All,
    };
    let (x, shape, channels) = (planes(&kept.x), dims(&kept.x), dims(&kept.x)[1]);
    let (parameters, statistics) = (kept.parameters(), (numbers(&kept.mean), numbers(&kept.variance)));
    let found = norm::backward(x, parameters, statistics, mask, dx.storage_mut::<f32>());
    let shortcut = found.shortcut.map(|shortcut| tensor(shortcut, shape));
    (dx, tensor(found.gamma, [channels]), tensor(found.beta, [channels]), shortcut)
}

/// [`LayerOps::norm_train`] with what follows it.
fn train(
    x: &FlexTensor,
    [gamma, beta]: [FlexTensor; 2],
    epsilon: f64,
    after: After<'_>,
) -> (FlexTensor, FlexTensor, FlexTensor) {
    let (gamma, beta) = (dense(gamma), dense(beta));
    let parameters = Parameters { gamma: numbers(&gamma), beta: numbers(&beta), epsilon };
    let (y, (mean, variance)) = norm::train(planes(x), parameters, after);
    let channels = mean.len();
    (tensor(y, dims(x)), tensor(mean, [channels]), tensor(variance, [channels]))
}

/// [`LayerOps::norm_infer`] with what follows it: onto x where nobody else holds it.
fn infer(
    x: FlexTensor,
    parameters: [FlexTensor; 2],
    statistics: [FlexTensor; 2],
    epsilon: f64,
    after: After<'_>,
) -> FlexTensor {
    let [[gamma, beta], [mean, variance]] = [parameters, statistics].map(|pair| pair.map(dense));
    let [batch, channels, height, width] = dims(&x);
    let parameters = Parameters { gamma: numbers(&gamma), beta: numbers(&beta), epsilon };
    let statistics = (numbers(&mean), numbers(&variance));
    let mut y = whole(x);
    norm::infer([batch, channels, height * width], y.storage_mut::<f32>(), parameters, statistics, after);
    y
}

impl LayerOps for Flex {
    fn convolve(x: FlexTensor, weight: FlexTensor, window: Window) -> FlexTensor {
        let (x, weight) = (dense(x), dense(weight));
        let shape = window.shape(dims(&x), dims(&weight));
        let [height, width] = [shape.out_height(), shape.out_width()];
        let y = window.conv(shape).output(numbers(&x), numbers(&weight));
        tensor(y, [shape.batch, shape.output, height, width])
    }

    fn norm_train(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        epsilon: f64,
        relu: bool,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let after = if relu { After::Relu } else { After::Nothing };
        train(&dense(x), [gamma, beta], epsilon, after)
    }

    fn norm_add_train(
        x: FlexTensor,
        shortcut: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        epsilon: f64,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let shortcut = dense(shortcut);
        train(&dense(x), [gamma, beta], epsilon, After::AddRelu(planes(&shortcut)))
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
        let after = if relu { After::Relu } else { After::Nothing };
        infer(x, [gamma, beta], [mean, variance], epsilon, after)
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
        infer(x, [gamma, beta], [mean, variance], epsilon, After::AddRelu(planes(&shortcut)))
    }
}
