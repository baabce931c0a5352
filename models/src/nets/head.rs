//! Defines the last layers of a convolutional network.

use burn::module::Module;
use burn::nn::{BatchNorm, Linear};
use burn::tensor::{Tensor, activation::relu};
use skipbench_ops::Engine;

use super::norm::BranchNorm;
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;
use crate::probe::{Probe, ProbePoint};

/// Configures a [`Head`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeadConfig {
    /// Number of channels that arrive.
    pub input: usize,
    /// Number of classes.
    pub classes: usize,
    /// Whether BN and ReLU come first, as pre-activation nets and DenseNets need.
    pub activated: bool,
    /// What keeps the scale of branches. Without BatchNorm only ReLU comes first; Fixup's classifier starts at 0.
    pub norm: BranchNorm,
}

/// The last layers: (BN – ReLU –) global average pooling – linear.
#[derive(Module, Debug)]
pub(crate) struct Head {
    norm: Option<BatchNorm>,
    linear: Linear,
    activated: bool,
    #[module(skip)]
    engine: Engine,
}

impl HeadConfig {
    /// Draws the head's weights.
    pub(crate) fn init(&self, weights: &mut Weights) -> Head {
        Head {
            norm: (self.activated && self.norm.is_batch()).then(|| weights.batch_norm(self.input)),
            linear: if self.norm.is_fixup() {
                weights.zero_head(self.input, self.classes)
            } else {
                weights.head(self.input, self.classes)
            },
            activated: self.activated,
            engine: weights.execution.kernels.engine(),
        }
    }

    /// Costs the head.
    pub(crate) fn trace(&self, x: &TracedTensor, trace: &mut CostTrace) {
        let mut x = x.clone();
        if self.activated && self.norm.is_batch() {
            x = trace.batch_norm("head", &x);
        }
        if self.activated {
            x = trace.relu("head", &x);
        }
        let pooled = trace.global_pool("head", &x);
        trace.linear("head", &pooled, self.classes);
    }
}

impl Head {
    /// # Shapes
    /// - `x`: `[batch, input, height, width]`
    /// - output: logits, `[batch, classes]`
    pub(crate) fn forward<P: Probe>(&self, x: Tensor<4>, probe: &mut P) -> Tensor<2> {
        let x = match &self.norm {
            Some(norm) => self.engine.norm_relu(norm, x),
            None if self.activated => relu(x),
            None => x,
        };
        probe.weight(ProbePoint::Head, &self.linear.weight);
        self.linear.forward(global_average(x))
    }
}

/// Returns the mean over height and width: `[batch, channels, height, width]` to `[batch, channels]`.
///
/// It is a reduction rather than a pooling layer, because Burn's pooling keeps its whole input for the backward pass.
fn global_average(x: Tensor<4>) -> Tensor<2> {
    let [batch, channels, height, width] = x.dims();
    x.reshape([batch, channels, height * width]).mean_dim(2).reshape([batch, channels])
}
