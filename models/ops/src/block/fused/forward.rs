//! Computes the forward pass of a stage by this crate's kernels.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use skipbench_kernels::{Convolution, Planes, norm};

use super::step::{affine, moments, normalized};
use crate::block::stage::{Activations, Stage, StageOutput, Step};
use crate::slices::{dims, numbers, planes, tensor};

/// Normalizes by given statistics, and keeps nothing.
pub(super) fn infer(
    x: &FlexTensor,
    parameters: &FlexTensor,
    statistics: FlexTensor,
    stage: &Stage,
) -> StageOutput<Flex> {
    let mut pass = ForwardPass::new(x, parameters, stage);
    pass.statistics = numbers(&statistics).to_vec();
    pass.given = true;
    StageOutput { features: pass.features(x), statistics, inner: Vec::new(), activated: Vec::new() }
}

/// Normalizes by the batch's statistics, and keeps what the backward pass needs.
pub(super) fn train(x: &FlexTensor, parameters: &FlexTensor, stage: &Stage) -> StageOutput<Flex> {
    let mut pass = ForwardPass::new(x, parameters, stage);
    let features = pass.features(x);
    let count = pass.statistics.len();
    StageOutput { features, statistics: tensor(pass.statistics, [count]), inner: pass.inner, activated: pass.activated }
}

/// Holds the state of a forward pass.
struct ForwardPass<'a> {
    parameters: &'a [f32],
    stage: &'a Stage,
    batch: usize,
    size: [usize; 2],
    /// Mean and variance of every step, one after another.
    statistics: Vec<f32>,
    /// Whether the statistics are given.
    given: bool,
    /// Mean and variance of every feature so far.
    moments: (Vec<f32>, Vec<f32>),
    inner: Vec<FlexTensor>,
    activated: Vec<FlexTensor>,
}

impl<'a> ForwardPass<'a> {
    fn new(x: &FlexTensor, parameters: &'a FlexTensor, stage: &'a Stage) -> Self {
        let [batch, _, height, width] = dims(x);
        let (parameters, size) = (numbers(parameters), [height, width]);
        let (statistics, inner, activated) = Default::default();
        let moments = Default::default();
        Self { parameters, stage, batch, size, statistics, given: false, moments, inner, activated }
    }

    fn area(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// Computes all features, `[batch, output, height, width]`.
    fn features(&mut self, x: &FlexTensor) -> FlexTensor {
        let (total, [height, width]) = (self.stage.output(), self.size);
        // Zeros where layers will write: the tensor is read, before them, as one slice.
        let (mut features, mut channels) = (planes(x).widened(total), dims(x)[1]);
        self.measure(planes(x));
        for steps in self.stage.steps() {
            let grown = self.layer(&steps, Planes::new(&features, self.batch, total, self.area()));
            let grown = Planes::new(&grown, self.batch, grown.len() / (self.batch * self.area()), self.area());
            grown.copy_to(&mut features, total, channels);
            self.measure(grown);
            channels += grown.channels;
        }
        tensor(features, [self.batch, total, height, width])
    }

    /// Computes the statistics of new channels.
    fn measure(&mut self, x: Planes<'_>) {
        if !self.given {
            let (mean, variance) = norm::batch_statistics(x);
            self.moments.0.extend(mean);
            self.moments.1.extend(variance);
        }
    }

    /// Computes a layer's output from the features before it.
    fn layer(&mut self, steps: &[Step], features: Planes<'_>) -> Vec<f32> {
        let mut made = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            made = match index {
                0 => self.step(step, features, true),
                _ => {
                    let x = Planes::new(&made, self.batch, step.conv.input, self.area());
                    let next = self.step(step, x, false);
                    self.keep_inner(made, step);
                    next
                }
            };
        }
        made
    }

    fn step(&mut self, step: &Step, x: Planes<'_>, first: bool) -> Vec<f32> {
        if !self.given {
            let inner = (!first).then(|| norm::batch_statistics(x));
            let (mean, variance) = inner.as_ref().unwrap_or(&self.moments);
            self.statistics.extend(&mean[..step.mean.len()]);
            self.statistics.extend(&variance[..step.variance.len()]);
        }
        let (by, products) = (affine(self.parameters, step, self.stage.epsilon), self.stage.products());
        let (weight, moments) = (&self.parameters[step.weight.clone()], moments(&self.statistics, step));
        if self.given || self.stage.activations == Activations::Recompute {
            let by = by.folded(moments);
            return normalized(step, products, x, self.size, &by).output(x.data, weight);
        }
        let y = norm::normalize_relu(x, by, moments);
        let convolution = Convolution::new(step.conv.on(self.batch, self.size)).with_products(products);
        let z = convolution.output(&y, weight);
        let [height, width] = self.size;
        self.activated.push(tensor(y, [self.batch, step.conv.input, height, width]));
        z
    }

    fn keep_inner(&mut self, x: Vec<f32>, step: &Step) {
        if !self.given {
            let [height, width] = self.size;
            self.inner.push(tensor(x, [self.batch, step.conv.input, height, width]));
        }
    }
}
