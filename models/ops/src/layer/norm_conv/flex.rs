//! Implements BN–ReLU–convolution on flex, by the kernels.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use skipbench_kernels::{ConvShape, Convolution, norm};

use super::NormConvOps;
use crate::layer::arguments::Window;
use crate::layer::flex::Saved;
use crate::slices::{dense, dims, numbers, planes, tensor};

/// A convolution with its shape, and the scales and shifts of what it reads.
pub(super) struct Folded {
    shape: ConvShape,
    window: Window,
    by: (Vec<f32>, Vec<f32>),
}

impl Folded {
    pub(super) fn new(saved: &Saved, weight: &FlexTensor, window: Window) -> Self {
        let statistics = (numbers(&saved.mean), numbers(&saved.variance));
        Self { shape: window.shape(dims(&saved.x), dims(weight)), window, by: saved.parameters().folded(statistics) }
    }

    fn convolution(&self) -> Convolution<'_> {
        self.window.convolution(self.shape).normalized(&self.by.0, &self.by.1)
    }

    fn forward(&self, x: &FlexTensor, weight: &FlexTensor) -> FlexTensor {
        let y = self.convolution().output(numbers(x), numbers(weight));
        let ConvShape { batch, output, .. } = self.shape;
        tensor(y, [batch, output, self.shape.out_height(), self.shape.out_width()])
    }

    /// Returns the gradients of what is convolved and of the weights.
    pub(super) fn backward(&self, x: &FlexTensor, weight: &FlexTensor, dy: &FlexTensor) -> [FlexTensor; 2] {
        let dx = self.convolution().gradient(numbers(dy), numbers(weight));
        let mut dw = vec![0.0; self.shape.weight_len()];
        self.convolution().weight_gradient(numbers(x), numbers(dy), &mut dw);
        [tensor(dx, dims(x)), tensor(dw, dims(weight))]
    }
}

impl NormConvOps for Flex {
    fn norm_convolve_train(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        weight: FlexTensor,
        epsilon: f64,
        window: Window,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let x = dense(x);
        let (mean, variance) = norm::batch_statistics(planes(&x));
        let [mean, variance] = [mean, variance].map(|values| {
            let channels = values.len();
            tensor(values, [channels])
        });
        let statistics = [mean.clone(), variance.clone()];
        let y = Self::norm_convolve_infer(x, gamma, beta, mean, variance, weight, epsilon, window);
        let [mean, variance] = statistics;
        (y, mean, variance)
    }

    fn norm_convolve_infer(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        mean: FlexTensor,
        variance: FlexTensor,
        weight: FlexTensor,
        epsilon: f64,
        window: Window,
    ) -> FlexTensor {
        let [x, gamma, beta, mean, variance, weight] = [x, gamma, beta, mean, variance, weight].map(dense);
        let saved = Saved { x, gamma, beta, mean, variance, epsilon, relu: true, output: None };
        Folded::new(&saved, &weight, window).forward(&saved.x, &weight)
    }
}
