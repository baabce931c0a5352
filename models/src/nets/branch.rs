//! Defines F(x), the chain of convolutions that a skip connection goes around, once for every convolutional family.
//!
//! A piece has the same three methods here, in `stem` and in `head`: `init` draws its weights, `forward` runs it, and
//! `trace` costs it. `trace` belongs to the configuration, because costing needs no network.

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::{Tensor, activation::relu};
use skipbench_ops::Conv;
use skipbench_ops::Engine;

use super::norm::{BranchNorm, Shifts};
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;
use crate::probe::{BranchPosition, Probe, ProbePoint};

/// Says where a branch's normalization is relative to its convolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// conv – BN – ReLU. The last ReLU comes after the join instead (He et al. 2015).
    Post,
    /// BN – ReLU – conv throughout (He et al. 2016, arXiv:1603.05027).
    Pre,
}

/// Configures a [`Branch`].
#[derive(Debug, Clone)]
pub(crate) struct BranchConfig {
    /// Where normalization is.
    pub order: Order,
    /// The convolutions, first to last.
    pub convs: Vec<Conv>,
    /// What keeps the branch's scale. In post-activation branches it is always BatchNorm.
    pub norm: BranchNorm,
}

/// Computes F(x), the chain of convolutions that a skip connection goes around.
#[derive(Module, Debug)]
pub(crate) struct Branch {
    convs: Vec<Conv2d>,
    /// One normalization per convolution, or none at all.
    norms: Vec<BatchNorm>,
    /// One pair of shifts per convolution, or none at all.
    shifts: Vec<Shifts>,
    #[module(skip)]
    order: Order,
    #[module(skip)]
    engine: Engine,
    /// Number of channels of F(x).
    output: usize,
}

impl BranchConfig {
    /// Draws the branch's weights.
    pub(crate) fn init(&self, weights: &mut Weights) -> Branch {
        let with_norm = self.convs.iter().filter(|_| self.norm.is_batch());
        let norms = with_norm.map(|conv| match self.order {
            Order::Post => weights.batch_norm(conv.output),
            Order::Pre => weights.batch_norm(conv.input),
        });
        let norms = norms.collect();
        let shifts = self.convs.iter().filter(|_| self.norm.is_fixup()).map(|_| Shifts::init(weights)).collect();
        let scale = |index| self.norm.scale(index, self.convs.len());
        let convs = self.convs.iter().enumerate().map(|(index, conv)| weights.scaled_conv(*conv, scale(index)));
        let output = self.convs.last().map_or(0, |conv| conv.output);
        let convs = convs.collect();
        Branch { convs, norms, shifts, order: self.order, engine: weights.execution.kernels.engine(), output }
    }

    /// Costs the branch. `name` prefixes its layers.
    pub(crate) fn trace(&self, name: &str, x: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        match self.order {
            Order::Post => self.trace_post(name, x, trace),
            Order::Pre => self.trace_steps(0, name, x, trace),
        }
    }

    /// Costs the first BN and ReLU of a pre-activation branch.
    pub(crate) fn trace_activation(&self, name: &str, x: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        self.trace_activated_input(&format!("{name}.1"), x, trace)
    }

    fn trace_activated_input(&self, name: &str, x: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        match self.norm {
            BranchNorm::Batch => trace.batch_norm_relu(name, x),
            BranchNorm::None => trace.relu(name, x),
            BranchNorm::Fixup { .. } => {
                let shifted = trace.shift(name, x);
                let activated = trace.relu(name, &shifted);
                trace.shift(name, &activated)
            }
        }
    }

    /// Costs all of a pre-activation branch except its first BN and ReLU.
    pub(crate) fn trace_activated(&self, name: &str, activated: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        let x = trace.conv(&format!("{name}.1"), activated, self.convs[0]);
        self.trace_steps(1, name, &x, trace)
    }

    /// Costs the convolutions of a pre-activation branch from `first` on, each with the BN and the ReLU before it.
    fn trace_steps(&self, first: usize, name: &str, x: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        self.convs.iter().enumerate().skip(first).fold(x.clone(), |x, (index, conv)| {
            let name = format!("{name}.{}", index + 1);
            if self.norm.is_batch() {
                return trace.norm_relu_conv((&name, &name), &x, *conv);
            }
            let x = self.trace_activated_input(&name, &x, trace);
            trace.conv(&name, &x, *conv)
        })
    }

    fn trace_post(&self, name: &str, x: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        let name = |index: usize| format!("{name}.{}", index + 1);
        let mut x = trace.conv(&name(0), x, self.convs[0]);
        for (index, conv) in self.convs.iter().enumerate().skip(1) {
            x = trace.norm_relu_conv((&name(index - 1), &name(index)), &x, *conv);
        }
        trace.batch_norm(&name(self.convs.len() - 1), &x)
    }
}

impl Branch {
    /// Computes F(x).
    ///
    /// # Shapes
    /// - `x`: `[batch, channels_in, height, width]`
    /// - output: `[batch, channels_out, height / stride, width / stride]`
    pub(crate) fn forward<P: Probe>(&self, x: Tensor<4>, position: BranchPosition, probe: &mut P) -> Tensor<4> {
        match self.order {
            Order::Post => self.forward_post(x, position, probe),
            Order::Pre => (0..self.convs.len()).fold(x, |x, index| self.step(index, x, position, probe)),
        }
    }

    /// Applies the first BN and ReLU of a pre-activation branch. Where the shape changes, the shortcut starts after
    /// them.
    pub(crate) fn activate(&self, x: Tensor<4>) -> Tensor<4> {
        self.activated(0, x)
    }

    /// Returns what convolution `index` of a pre-activation branch reads.
    fn activated(&self, index: usize, x: Tensor<4>) -> Tensor<4> {
        match (self.norms.get(index), self.shifts.get(index)) {
            (Some(norm), _) => self.engine.norm_relu(norm, x),
            (None, Some(shifts)) => shifts.add(1, relu(shifts.add(0, x))),
            (None, None) => relu(x),
        }
    }

    /// Returns the convolutions, each with its normalization. There are fewer if some have none.
    pub(crate) fn layers(&self) -> impl Iterator<Item = (&Conv2d, &BatchNorm)> {
        self.convs.iter().zip(&self.norms)
    }

    /// Returns whether every convolution has a normalization.
    pub(crate) fn has_batch_norm(&self) -> bool {
        self.norms.len() == self.convs.len()
    }

    /// Applies convolution `index` of a pre-activation branch, after its BN and ReLU.
    fn step<P: Probe>(&self, index: usize, x: Tensor<4>, position: BranchPosition, probe: &mut P) -> Tensor<4> {
        let conv = &self.convs[index];
        probe.weight(ProbePoint::Conv(position, index + 1), &conv.weight);
        match self.norms.get(index) {
            Some(norm) => self.engine.norm_relu_conv(norm, conv, x),
            None => self.engine.conv(conv, self.activated(index, x)),
        }
    }

    /// Applies all of a pre-activation branch except its first BN and ReLU.
    pub(crate) fn forward_activated<P: Probe>(
        &self,
        activated: Tensor<4>,
        position: BranchPosition,
        probe: &mut P,
    ) -> Tensor<4> {
        let x = self.first(activated, position, probe);
        (1..self.convs.len()).fold(x, |x, index| self.step(index, x, position, probe))
    }

    /// Applies the first convolution, to activated input or to the x of a post-activation branch.
    fn first<P: Probe>(&self, x: Tensor<4>, position: BranchPosition, probe: &mut P) -> Tensor<4> {
        probe.weight(ProbePoint::Conv(position, 1), &self.convs[0].weight);
        self.engine.conv(&self.convs[0], x)
    }

    fn forward_post<P: Probe>(&self, x: Tensor<4>, position: BranchPosition, probe: &mut P) -> Tensor<4> {
        let (x, norm) = self.forward_to_last_norm(x, position, probe);
        self.engine.norm(norm, x)
    }

    /// Applies all of a post-activation branch up to its last normalization. Returns the result and that normalization.
    pub(crate) fn forward_to_last_norm<P: Probe>(
        &self,
        x: Tensor<4>,
        position: BranchPosition,
        probe: &mut P,
    ) -> (Tensor<4>, &BatchNorm) {
        let mut x = self.first(x, position, probe);
        for (index, (conv, norm)) in self.convs.iter().skip(1).zip(&self.norms).enumerate() {
            probe.weight(ProbePoint::Conv(position, index + 2), &conv.weight);
            x = self.engine.norm_relu_conv(norm, conv, x);
        }
        (x, &self.norms[self.norms.len() - 1])
    }

    /// Returns zeros in the shape of F(x), where F keeps height and width.
    pub(crate) fn zeros(&self, x: &Tensor<4>) -> Tensor<4> {
        let [batch, _, height, width] = x.dims();
        let zeros: Tensor<4> = Tensor::zeros([batch, self.output, height, width], &x.device());
        zeros.cast(x.dtype())
    }
}
