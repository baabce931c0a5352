//! Computes the backward pass of a stage by this crate's kernels.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use skipbench_kernels::norm::{self, DeferredSums, Gradients, Mask};
use skipbench_kernels::{Convolution, Planes, Products};

use super::step::{affine, moments, normalized};
use crate::block::stage::{Stage, StageOutput, Step};
use crate::slices::{dense, dims, numbers, planes, tensor};

/// Returns the gradients of x and of the parameters.
pub(super) fn backward(
    done: StageOutput<Flex>,
    parameters: &FlexTensor,
    mut gradient: FlexTensor,
    stage: &Stage,
) -> [FlexTensor; 2] {
    let [batch, total, height, width] = dims(&done.features);
    let (features, statistics) = (dense(done.features), dense(done.statistics));
    let steps = stage.steps();
    let mut pass = BackwardPass {
        features: planes(&features),
        size: [height, width],
        parameters: numbers(parameters),
        statistics: numbers(&statistics),
        moments: feature_moments(&steps, numbers(&statistics), total),
        epsilon: stage.epsilon,
        products: stage.products(),
        inner: done.inner,
        activated: done.activated,
        deferred: vec![DeferredSums::default(); total],
        found: vec![0.0; numbers(parameters).len()],
    };
    let gradient = gradient.storage_mut::<f32>();
    let mut channels = total;
    for steps in steps.iter().rev() {
        channels = pass.layer(steps, channels, gradient);
    }
    let dx = tensor(pass.settled(0, channels, gradient), [batch, channels, height, width]);
    let count = pass.found.len();
    [dx, tensor(pass.found, [count])]
}

/// Returns the mean and variance of every feature. No layer reads the features of the last one, so nothing is deferred
/// for them.
fn feature_moments(steps: &[Vec<Step>], statistics: &[f32], total: usize) -> (Vec<f32>, Vec<f32>) {
    let read = steps.last().and_then(|steps| steps.first());
    let (mean, variance) = read.map_or((&[][..], &[][..]), |step| moments(statistics, step));
    let (mut mean, mut variance) = (mean.to_vec(), variance.to_vec());
    mean.resize(total, 0.0);
    variance.resize(total, 1.0);
    (mean, variance)
}

/// Holds the state of a backward pass.
struct BackwardPass<'a> {
    features: Planes<'a>,
    size: [usize; 2],
    parameters: &'a [f32],
    statistics: &'a [f32],
    moments: (Vec<f32>, Vec<f32>),
    epsilon: f64,
    products: Products,
    inner: Vec<FlexTensor>,
    activated: Vec<FlexTensor>,
    /// Deferred sums, one for each feature.
    deferred: Vec<DeferredSums>,
    /// Gradients of the parameters found so far.
    found: Vec<f32>,
}

impl BackwardPass<'_> {
    /// Returns the gradient of `count` features from `first` on, with deferred terms subtracted.
    fn settled(&self, first: usize, count: usize, gradient: &[f32]) -> Vec<f32> {
        let gradient = Planes::new(gradient, self.features.batch, self.features.channels, self.features.area);
        let deferred = &self.deferred[first..first + count];
        let moments = (&self.moments.0[..], &self.moments.1[..]);
        norm::settle((self.features, gradient), first, moments, self.epsilon, deferred)
    }

    /// Propagates the gradient of a layer's features, which end before channel `end`, to the features before them.
    /// Returns the channel that the layer's features begin at.
    fn layer(&mut self, steps: &[Step], end: usize, gradient: &mut [f32]) -> usize {
        let grown = steps.last().map_or(0, |step| step.conv.output);
        let first = end - grown;
        let mut d = self.settled(first, grown, gradient);
        for (index, step) in steps.iter().enumerate().rev() {
            let inner = if index > 0 { self.inner.pop() } else { None };
            let x = inner.as_ref().map_or(self.features, planes);
            d = self.convolution(step, x, &d);
            let (by, moments) = (affine(self.parameters, step, self.epsilon), moments(self.statistics, step));
            let (gamma, beta) = match index {
                0 => {
                    let dy = Planes::new(&d, x.batch, step.conv.input, x.area);
                    norm::backward_deferred((x, dy), by, moments, gradient, &mut self.deferred)
                }
                _ => {
                    let Gradients { gamma, beta, .. } = norm::backward(x, by, moments, Mask::Normalized, &mut d);
                    (gamma, beta)
                }
            };
            self.found[step.gamma.clone()].copy_from_slice(&gamma);
            self.found[step.beta.clone()].copy_from_slice(&beta);
        }
        first
    }

    /// Returns the gradient of what a step's convolution read, and writes the gradient of its weights.
    fn convolution(&mut self, step: &Step, x: Planes<'_>, d: &[f32]) -> Vec<f32> {
        let conv = Convolution::new(step.conv.on(x.batch, self.size)).with_products(self.products);
        let dw = &mut self.found[step.weight.clone()];
        let kept = self.activated.pop();
        match &kept {
            Some(y) => conv.weight_gradient(numbers(y), d, dw),
            None => {
                let by = affine(self.parameters, step, self.epsilon).folded(moments(self.statistics, step));
                normalized(step, self.products, x, self.size, &by).weight_gradient(x.data, d, dw);
            }
        }
        drop(kept);
        conv.gradient(d, &self.parameters[step.weight.clone()])
    }
}
