//! A stage of blocks that concatenate, as one operation: with what it keeps for the backward pass chosen by [`Keep`].
//!
//! The features of all layers are one tensor; a layer reads the channels before its own. The operation's parameters are one
//! vector: for every convolution of every layer γ and β of the normalization before it, then its weights. Its statistics are
//! another: for every convolution mean and variance of that normalization.

mod autodiff;
#[cfg(feature = "flex")]
mod fused;
mod generic;

use std::ops::Range;
use std::sync::Arc;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

use crate::{Conv, Engine};

/// Shapes of a stage of blocks that concatenate.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Channels that enter.
    pub input: usize,
    /// The convolutions of each layer, each after BN and ReLU.
    pub layers: Vec<Vec<Conv>>,
    /// What is added to variances.
    pub epsilon: f64,
    /// Whose operations compute it.
    pub engine: Engine,
    /// What it keeps.
    pub keep: Keep,
}

/// What a stage keeps for the backward pass, beside its features and the results of inner convolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The results of BN and ReLU.
    Activations,
    /// Nothing: BN and ReLU are computed again in the backward pass. Pleiss et al. 2017, arXiv:1707.06990.
    Nothing,
}

/// One BN–ReLU–convolution of a stage, and where its numbers stand in the vectors of parameters and statistics.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) conv: Conv,
    pub(crate) gamma: Range<usize>,
    pub(crate) beta: Range<usize>,
    pub(crate) weight: Range<usize>,
    pub(crate) mean: Range<usize>,
    pub(crate) variance: Range<usize>,
}

impl Stage {
    /// Channels that leave.
    pub(crate) fn output(&self) -> usize {
        self.input + self.layers.iter().filter_map(|convs| convs.last()).map(|conv| conv.output).sum::<usize>()
    }

    /// Every step, layer by layer.
    pub(crate) fn steps(&self) -> Vec<Vec<Step>> {
        let (mut parameters, mut statistics) = (0, 0);
        let take = |from: &mut usize, count: usize| {
            *from += count;
            *from - count..*from
        };
        let mut step = |conv: &Conv| Step {
            conv: *conv,
            gamma: take(&mut parameters, conv.input),
            beta: take(&mut parameters, conv.input),
            weight: take(&mut parameters, conv.input * conv.output * conv.kernel * conv.kernel),
            mean: take(&mut statistics, conv.input),
            variance: take(&mut statistics, conv.input),
        };
        self.layers.iter().map(|convs| convs.iter().map(&mut step).collect()).collect()
    }

    /// Whether the results of BN and ReLU are kept.
    pub(crate) fn keeps_activated(&self) -> bool {
        self.keep == Keep::Activations
    }
}

/// What a stage gives.
#[derive(Debug, Clone)]
pub(crate) struct Done<B: Backend> {
    /// `[batch, output, height, width]`.
    pub features: FloatTensor<B>,
    /// Mean and biased variance of every normalization.
    pub statistics: FloatTensor<B>,
    /// Results of the convolutions but the last of each layer.
    pub inner: Vec<FloatTensor<B>>,
    /// Results of BN and ReLU, if they are kept.
    pub activated: Vec<FloatTensor<B>>,
}

/// How a backend computes a stage. By default with the backend's own operations.
pub(crate) trait StageKernels: Backend {
    /// Normalizes by the statistics given, or by the batch's.
    fn stage(
        x: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        statistics: Option<FloatTensor<Self>>,
        stage: &Stage,
    ) -> Done<Self> {
        generic::forward(x, parameters, statistics, stage)
    }

    /// Gradients of x and of the parameters, given what the forward pass by the batch's statistics made.
    fn stage_backward(
        done: Done<Self>,
        parameters: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        stage: &Stage,
    ) -> [FloatTensor<Self>; 2] {
        generic::backward(done, parameters, gradient, stage)
    }
}

/// What backends are extended by.
#[backend_extension(Autodiff, Flex: cfg(feature = "flex"), Cube: cfg(feature = "cube"))]
pub trait StageOps: Backend {
    /// A stage by the statistics of the batch; gives its features and those statistics.
    fn stage_train(
        x: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        stage: Arc<Stage>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// A stage by given statistics.
    fn stage_infer(
        x: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        statistics: FloatTensor<Self>,
        stage: Arc<Stage>,
    ) -> FloatTensor<Self>;
}

/// Extends a backend by what its [`StageKernels`] do.
macro_rules! extend {
    ($backend:ty) => {
        impl StageOps for $backend {
            fn stage_train(
                x: FloatTensor<Self>,
                parameters: FloatTensor<Self>,
                stage: Arc<Stage>,
            ) -> (FloatTensor<Self>, FloatTensor<Self>) {
                let Done { features, statistics, .. } = Self::stage(x, parameters, None, &stage);
                (features, statistics)
            }

            fn stage_infer(
                x: FloatTensor<Self>,
                parameters: FloatTensor<Self>,
                statistics: FloatTensor<Self>,
                stage: Arc<Stage>,
            ) -> FloatTensor<Self> {
                Self::stage(x, parameters, Some(statistics), &stage).features
            }
        }
    };
}

#[cfg(feature = "flex")]
extend!(burn::backend::Flex);
#[cfg(feature = "cube")]
extend!(burn::backend::Cube);
#[cfg(feature = "cube")]
impl StageKernels for burn::backend::Cube {}
