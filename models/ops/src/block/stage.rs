//! What a stage is, and where its numbers stand.

use std::ops::Range;

use burn::backend::Backend;
use burn::backend::tensor::FloatTensor;

use crate::{Conv, Engine};

/// A stage of layers that concatenate: its shapes, and how it is computed.
///
/// Its parameters are one vector: for every convolution of every layer γ and β of the normalization before it, then its
/// weights `[output, input, kernel, kernel]`. Its statistics are another: for every convolution mean and variance of
/// that normalization.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Channels that enter.
    pub input: usize,
    /// The convolutions of each layer, each after BN and ReLU. The first of a layer reads `input` and all channels that
    /// the layers before it added; the last adds its output.
    pub layers: Vec<Vec<Conv>>,
    /// What is added to variances.
    pub epsilon: f64,
    /// Whose operations compute it.
    pub engine: Engine,
    /// What becomes of the results of BN and ReLU.
    pub activations: Activations,
}

/// What becomes of the results of BN and ReLU until the backward pass. Features and the results of inner convolutions
/// are kept in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activations {
    /// They are kept.
    Keep,
    /// They are computed again: Pleiss et al. 2017, arXiv:1707.06990.
    Recompute,
}

/// One BN–ReLU–convolution of a stage, and where its numbers stand in the vectors of parameters and statistics.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) conv: Conv,
    pub(super) gamma: Range<usize>,
    pub(super) beta: Range<usize>,
    pub(super) weight: Range<usize>,
    pub(super) mean: Range<usize>,
    pub(super) variance: Range<usize>,
}

/// What a stage gives, and what it keeps for the backward pass.
#[derive(Debug, Clone)]
pub(super) struct StageOutput<B: Backend> {
    /// `[batch, output, height, width]`.
    pub(super) features: FloatTensor<B>,
    /// Mean and biased variance of every normalization.
    pub(super) statistics: FloatTensor<B>,
    /// Results of the convolutions but the last of each layer.
    pub(super) inner: Vec<FloatTensor<B>>,
    /// Results of BN and ReLU, if they are kept.
    pub(super) activated: Vec<FloatTensor<B>>,
}

impl Stage {
    /// Channels that leave.
    pub fn output(&self) -> usize {
        self.input + self.layers.iter().filter_map(|convs| convs.last()).map(|conv| conv.output).sum::<usize>()
    }

    /// Length of the vector of parameters.
    pub fn parameters(&self) -> usize {
        self.layers.iter().flatten().map(|conv| 2 * conv.input + conv.weights()).sum()
    }

    /// Every step, layer by layer.
    pub(super) fn steps(&self) -> Vec<Vec<Step>> {
        let (mut parameters, mut statistics) = (0, 0);
        let take = |from: &mut usize, count: usize| {
            *from += count;
            *from - count..*from
        };
        let mut step = |conv: &Conv| Step {
            conv: *conv,
            gamma: take(&mut parameters, conv.input),
            beta: take(&mut parameters, conv.input),
            weight: take(&mut parameters, conv.weights()),
            mean: take(&mut statistics, conv.input),
            variance: take(&mut statistics, conv.input),
        };
        self.layers.iter().map(|convs| convs.iter().map(&mut step).collect()).collect()
    }
}
