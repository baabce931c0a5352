//! Configures, builds and costs residual blocks.

use serde::{Deserialize, Serialize};
use skipbench_ops::Conv;

use super::Block;
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;
use crate::nets::branch::{BranchConfig, Order};
use crate::nets::norm::BranchNorm;
use crate::skip::ResidualSkip;

/// Says what a residual branch is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockKind {
    /// Two 3×3 convolutions.
    #[default]
    Basic,
    /// 1×1, 3×3, 1×1 convolutions; the output is four times as wide as the inside.
    Bottleneck,
    /// The bottleneck, with BN and ReLU before each convolution (arXiv:1603.05027).
    Preact,
}

impl BlockKind {
    pub(crate) fn expansion(self) -> usize {
        match self {
            BlockKind::Basic => 1,
            BlockKind::Bottleneck | BlockKind::Preact => 4,
        }
    }

    pub(crate) fn convs(self) -> usize {
        match self {
            BlockKind::Basic => 2,
            BlockKind::Bottleneck | BlockKind::Preact => 3,
        }
    }
}

/// Says how a shortcut changes shape (arXiv:1512.03385, §3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shortcut {
    /// Option A: subsamples and pads with zero channels. It has no parameters, so the plain network has exactly as
    /// many.
    #[default]
    A,
    /// Option B: a 1×1 convolution where the shape changes, with BN except in pre-activation networks.
    B,
}

/// Configures a [`Block`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockConfig {
    pub(crate) kind: BlockKind,
    pub(crate) input: usize,
    pub(crate) width: usize,
    pub(crate) stride: usize,
    pub(crate) shortcut: Shortcut,
    pub(crate) skip: ResidualSkip,
}

impl BlockConfig {
    pub(crate) fn output(&self) -> usize {
        self.width * self.kind.expansion()
    }

    fn branch(&self) -> BranchConfig {
        let (input, width, output, stride) = (self.input, self.width, self.output(), self.stride);
        let convs = match self.kind {
            BlockKind::Basic => vec![Conv::new(input, width, 3).stride(stride), Conv::new(width, output, 3)],
            BlockKind::Bottleneck => {
                vec![Conv::new(input, width, 1), Conv::new(width, width, 3).stride(stride), Conv::new(width, output, 1)]
            }
            BlockKind::Preact => {
                vec![Conv::new(input, width, 1).stride(stride), Conv::new(width, width, 3), Conv::new(width, output, 1)]
            }
        };
        BranchConfig { order: self.order(), convs, norm: BranchNorm::Batch }
    }

    fn order(&self) -> Order {
        if self.kind == BlockKind::Preact { Order::Pre } else { Order::Post }
    }

    fn projection(&self) -> Option<Conv> {
        let changes = self.stride != 1 || self.input != self.output();
        let wanted = self.skip.passes_input() && self.shortcut == Shortcut::B && changes;
        wanted.then(|| Conv::new(self.input, self.output(), 1).stride(self.stride))
    }

    pub(crate) fn init(&self, weights: &mut Weights) -> Block {
        Block {
            branch: self.branch().init(weights),
            projection: self.projection().map(|conv| weights.conv(conv)),
            norm: self.projection().filter(|_| self.order() == Order::Post).map(|conv| weights.batch_norm(conv.output)),
            stride: self.stride,
            channels: self.output(),
            keeps_shape: self.stride == 1 && self.input == self.output(),
            order: self.order(),
            skip: self.skip,
            engine: weights.execution.kernels.engine(),
        }
    }

    pub(crate) fn trace(&self, name: &str, x: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        let branch = self.branch();
        let (shortcut, fx) = match (self.projection(), self.order()) {
            (Some(conv), Order::Pre) => {
                let activated = branch.trace_activation(name, x, trace);
                let fx = branch.trace_activated(name, &activated, trace);
                (trace.conv(&format!("{name}.shortcut"), &activated, conv), fx)
            }
            (Some(conv), Order::Post) => {
                let fx = branch.trace(name, x, trace);
                let name = format!("{name}.shortcut");
                let shortcut = trace.conv(&name, x, conv);
                (trace.batch_norm(&name, &shortcut), fx)
            }
            (None, _) => {
                let fx = branch.trace(name, x, trace);
                (self.trace_identity(name, x, trace), fx)
            }
        };
        let y = self.skip.trace(&format!("{name}.join"), &shortcut, &fx, trace);
        match self.order() {
            Order::Post => trace.relu(&format!("{name}.join"), &y),
            Order::Pre => y,
        }
    }

    fn trace_identity(&self, name: &str, x: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        if !self.skip.passes_input() {
            return x.clone();
        }
        trace.subsample_pad(&format!("{name}.shortcut"), x, self.stride, self.output())
    }
}
