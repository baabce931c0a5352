//! A stage of layers that concatenate, as a DenseNet's, as one operation.
//!
//! A layer is a chain of BN–ReLU–convolution; its result joins the channels that it read. Layer by layer that would keep a
//! copy of all features so far; here the features of all layers are one tensor, of which a layer reads the beginning.
//!
//! With an [`Engine`] of this crate's kernels each feature is written once, where it stays; on other devices the backend's
//! own operations do the same. Either is differentiated as one operation, and [`Activations`] chooses what it keeps.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use skipbench_ops::block::{Activations, Stage};
//! use skipbench_ops::{Conv, Engine};
//!
//! // Two layers of one 3×3 convolution each, which add 4 channels to the 6 that enter.
//! let stage = Stage {
//!     input: 6,
//!     layers: vec![vec![Conv::new(6, 4, 3)], vec![Conv::new(10, 4, 3)]],
//!     epsilon: 1e-5,
//!     engine: Engine::default(),
//!     activations: Activations::Recompute,
//! };
//! let device = Device::flex().autodiff();
//! let parameters = Tensor::<1>::ones([stage.parameters()], &device).require_grad();
//! let (features, statistics) = stage.train(Tensor::ones([2, 6, 8, 8], &device), parameters.clone());
//! assert_eq!((features.dims(), statistics.dims()), ([2, 14, 8, 8], [2 * 6 + 2 * 10]));
//! let gradients = features.sum().backward();
//! assert!(parameters.grad(&gradients).is_some());
//! ```

mod autodiff;
mod extension;
#[cfg(feature = "flex")]
mod fused;
mod generic;

use std::ops::Range;
use std::sync::Arc;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::{Conv, Engine};
use extension::StageOps;

/// A stage of layers that concatenate: its shapes, and how it is computed.
///
/// Its parameters are one vector: for every convolution of every layer γ and β of the normalization before it, then its
/// weights `[output, input, kernel, kernel]`. Its statistics are another: for every convolution mean and variance of that
/// normalization.
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

/// What becomes of the results of BN and ReLU until the backward pass. Features and the results of inner convolutions are
/// kept in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activations {
    /// They are kept.
    Keep,
    /// They are computed again: Pleiss et al. 2017, arXiv:1707.06990.
    Recompute,
}

/// One BN–ReLU–convolution of a stage, and where its numbers stand in the vectors of parameters and statistics.
#[derive(Debug, Clone)]
struct Step {
    conv: Conv,
    gamma: Range<usize>,
    beta: Range<usize>,
    weight: Range<usize>,
    mean: Range<usize>,
    variance: Range<usize>,
}

impl Stage {
    /// Features of `x`, `[batch, input, height, width]`, normalized by the statistics of the batch:
    /// `[batch, output, height, width]`, and those statistics, through which no gradient flows.
    ///
    /// # Panics
    /// When `x`, the parameters or the convolutions do not fit each other, or a convolution changes height or width.
    pub fn train(self, x: Tensor<4>, parameters: Tensor<1>) -> (Tensor<4>, Tensor<1>) {
        let (x, parameters) = (x.into_dispatch(), parameters.into_dispatch());
        let (features, statistics) = Dispatch::stage_train(x, parameters, Arc::new(self));
        (Tensor::from_dispatch(features), Tensor::from_dispatch(statistics))
    }

    /// Features of `x` normalized by given statistics.
    ///
    /// # Panics
    /// As [`train`](Self::train).
    pub fn infer(self, x: Tensor<4>, parameters: Tensor<1>, statistics: Tensor<1>) -> Tensor<4> {
        let (x, parameters) = (x.into_dispatch(), parameters.into_dispatch());
        Tensor::from_dispatch(Dispatch::stage_infer(x, parameters, statistics.into_dispatch(), Arc::new(self)))
    }

    /// Channels that leave.
    pub fn output(&self) -> usize {
        self.input + self.layers.iter().filter_map(|convs| convs.last()).map(|conv| conv.output).sum::<usize>()
    }

    /// Length of the vector of parameters.
    pub fn parameters(&self) -> usize {
        self.layers.iter().flatten().map(|conv| 2 * conv.input + conv.weights()).sum()
    }

    /// Every step, layer by layer.
    fn steps(&self) -> Vec<Vec<Step>> {
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
