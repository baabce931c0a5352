//! Describes a stage, and where its numbers are in the vectors of parameters and statistics.

use std::ops::Range;

use burn::backend::Backend;
use burn::backend::tensor::FloatTensor;

use crate::{Conv, Engine};

/// Describes a stage of concatenating layers: its shapes, and how it is computed.
///
/// Its parameters are one vector. For every convolution of every layer it holds γ and β of the normalization before it,
/// then its weights `[output, input, kernel, kernel]`. Its statistics are another vector, with the mean and variance of
/// each of those normalizations.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Number of channels that enter.
    pub input: usize,
    /// The convolutions of each layer, each after BN and ReLU. The first of a layer reads `input` and all channels that
    /// the layers before it added; the last adds its output.
    pub layers: Vec<Vec<Conv>>,
    /// ε, which is added to variances.
    pub epsilon: f64,
    /// Whose operations compute the stage.
    pub engine: Engine,
    /// What happens to the results of BN and ReLU.
    pub activations: Activations,
}

/// Says what happens to the results of BN and ReLU until the backward pass. Features and the results of inner
/// convolutions are kept in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activations {
    /// The results are kept.
    Keep,
    /// The results are computed again, as in Pleiss et al. 2017, arXiv:1707.06990.
    Recompute,
}

/// One BN–ReLU–convolution of a stage, with the place of its numbers in the vectors of parameters and statistics.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) conv: Conv,
    pub(super) gamma: Range<usize>,
    pub(super) beta: Range<usize>,
    pub(super) weight: Range<usize>,
    pub(super) mean: Range<usize>,
    pub(super) variance: Range<usize>,
}

/// Holds the results of a stage, and what it keeps for the backward pass.
#[derive(Debug, Clone)]
pub(super) struct StageOutput<B: Backend> {
    /// Features, `[batch, output, height, width]`.
    pub(super) features: FloatTensor<B>,
    /// Mean and biased variance of every normalization.
    pub(super) statistics: FloatTensor<B>,
    /// Results of all convolutions except the last of each layer.
    pub(super) inner: Vec<FloatTensor<B>>,
    /// Results of BN and ReLU, if they are kept.
    pub(super) activated: Vec<FloatTensor<B>>,
}

impl Stage {
    /// Returns the number of channels that leave.
    pub fn output(&self) -> usize {
        self.input + self.layers.iter().filter_map(|convs| convs.last()).map(|conv| conv.output).sum::<usize>()
    }

    /// Returns the length of the vector of parameters.
    pub fn parameters(&self) -> usize {
        self.layers.iter().flatten().map(|conv| 2 * conv.input + conv.weights()).sum()
    }

    /// Returns every step, layer by layer.
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
