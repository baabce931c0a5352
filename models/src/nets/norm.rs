//! Defines what keeps the scale of a convolutional network: BatchNorm, nothing, or its initialization.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::inputs::init::Weights;

/// Names the normalization of a backbone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Norm {
    /// BatchNorm before every ReLU.
    #[default]
    Batch,
    /// No normalization: joins and initialization alone keep the scale.
    None,
}

impl Norm {
    /// Returns whether it is what backbones have by default.
    pub(crate) fn is_usual(&self) -> bool {
        *self == Norm::Batch
    }
}

/// Says what keeps the scale of a branch: its normalization, or what replaces it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum BranchNorm {
    /// BatchNorm.
    Batch,
    /// Nothing.
    None,
    /// Fixup (arXiv:1901.09321): the last convolution starts at 0 and the others are scaled, with scalar shifts around
    /// each ReLU.
    Fixup {
        /// The scale L^(−1/(2m−2)), for L branches of m convolutions.
        scale: f64,
    },
}

impl BranchNorm {
    /// Returns Fixup's choice for `branches` branches of `convs` convolutions.
    pub(crate) fn fixup(branches: usize, convs: usize) -> Self {
        BranchNorm::Fixup { scale: (branches as f64).powf(-1.0 / (2.0 * convs as f64 - 2.0)) }
    }

    /// Returns what convolution `index` of `convs` is multiplied by at first.
    pub(crate) fn scale(self, index: usize, convs: usize) -> f64 {
        match self {
            BranchNorm::Fixup { .. } if index + 1 == convs => 0.0,
            BranchNorm::Fixup { scale } => scale,
            BranchNorm::Batch | BranchNorm::None => 1.0,
        }
    }

    pub(crate) fn is_batch(self) -> bool {
        self == BranchNorm::Batch
    }

    pub(crate) fn is_fixup(self) -> bool {
        matches!(self, BranchNorm::Fixup { .. })
    }
}

/// How many numbers a [`Shifts`] learns.
pub(crate) const SHIFTS: usize = 2;

/// Fixup's scalar shifts: one before a ReLU, and one between it and the convolution. Both start at 0.
#[derive(Module, Debug)]
pub(crate) struct Shifts {
    values: Param<Tensor<1>>,
}

impl Shifts {
    pub(crate) fn init(weights: &Weights) -> Self {
        Self { values: weights.given(vec![0.0; SHIFTS], [SHIFTS]) }
    }

    /// Adds shift `index`.
    pub(crate) fn add(&self, index: usize, x: Tensor<4>) -> Tensor<4> {
        x + self.values.val().narrow(0, index, 1).reshape([1, 1, 1, 1])
    }
}
