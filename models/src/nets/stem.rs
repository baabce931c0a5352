//! Defines the first layers of a convolutional network.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, PaddingConfig2d};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use skipbench_ops::Conv;
use skipbench_ops::Engine;

use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;
use crate::probe::{Probe, ProbePoint};

/// Says how images enter a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StemKind {
    /// One 3×3 convolution, stride 1.
    #[default]
    Cifar,
    /// 7×7 convolution, stride 2, BN, ReLU, 3×3 max-pool, stride 2.
    Imagenet,
}

/// Configures a [`Stem`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct StemConfig {
    /// Kind of stem.
    pub kind: StemKind,
    /// Number of image channels.
    pub input: usize,
    /// Number of output channels.
    pub output: usize,
    /// Whether BN and ReLU follow the CIFAR convolution. Pre-activation nets leave them to their first block.
    pub activated: bool,
}

/// The first layers of a convolutional network.
#[derive(Module, Debug)]
pub(crate) struct Stem {
    conv: Conv2d,
    norm: Option<BatchNorm>,
    pool: Option<MaxPool2d>,
    #[module(skip)]
    engine: Engine,
}

impl StemConfig {
    fn conv(&self) -> Conv {
        match self.kind {
            StemKind::Cifar => Conv::new(self.input, self.output, 3),
            StemKind::Imagenet => Conv::new(self.input, self.output, 7).stride(2),
        }
    }

    fn normalized(&self) -> bool {
        self.activated || self.kind == StemKind::Imagenet
    }

    /// Draws the stem's weights.
    pub(crate) fn init(&self, weights: &mut Weights) -> Stem {
        let pool =
            MaxPool2dConfig::new([3, 3]).with_strides([2, 2]).with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1));
        Stem {
            conv: weights.conv(self.conv()),
            norm: self.normalized().then(|| weights.batch_norm(self.output)),
            pool: (self.kind == StemKind::Imagenet).then(|| pool.init()),
            engine: weights.execution.kernels.engine(),
        }
    }

    /// Costs the stem.
    pub(crate) fn trace(&self, images: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        let mut x = trace.conv("stem", images, self.conv());
        if self.normalized() {
            x = trace.batch_norm_relu("stem", &x);
        }
        if self.kind == StemKind::Imagenet {
            x = trace.max_pool("stem", &x);
        }
        x
    }
}

impl Stem {
    /// # Shapes
    /// - `images`: `[batch, channels, size, size]`
    /// - output: `[batch, output, size, size]`, or a quarter of the size with the ImageNet stem
    pub(crate) fn forward<P: Probe>(&self, images: Tensor<4>, probe: &mut P) -> Tensor<4> {
        probe.weight(ProbePoint::Stem, &self.conv.weight);
        let mut x = self.engine.conv(&self.conv, images);
        if let Some(norm) = &self.norm {
            x = self.engine.norm_relu(norm, x);
        }
        let x = match &self.pool {
            Some(pool) => pool.forward(x),
            None => x,
        };
        probe.tensor(ProbePoint::Stem, x)
    }
}
