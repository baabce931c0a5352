//! Defines the words of a recipe.

use serde::{Deserialize, Serialize};

/// Says what number format networks compute in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Single precision everywhere.
    F32,
    /// bfloat16: 8 bits of exponent and 8 of precision.
    Bf16,
    /// Half precision: 5 bits of exponent and 11 of precision.
    F16,
}

impl Precision {
    /// Returns the word used in recipes.
    pub fn word(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::Bf16 => "bf16",
            Precision::F16 => "f16",
        }
    }
}

/// Says what of the forward pass is kept for the backward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checkpointing {
    /// Everything that the backward pass needs is kept.
    None,
    /// Burn's balanced strategy: results of memory-bound operations are computed again. Concatenation and BatchNorm are
    /// not among them.
    Balanced,
}

/// Names the optimizer that updates the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Optimizer {
    /// Stochastic gradient descent with Nesterov momentum.
    Sgd,
    /// Adam with decoupled weight decay, β = (0.9, 0.999).
    Adamw,
}

/// Says how the learning rate falls after the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// Falls as half a cosine to 0.
    Cosine,
    /// Falls by `gamma` at each milestone.
    Step,
    /// Does not fall.
    Constant,
}

/// Says how training images are augmented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Augmentation {
    /// As suits the data set: shift for digits; pad, crop and flip for photographs.
    Usual,
    /// Like the usual augmentation, but without the flip.
    Shift,
    /// No augmentation.
    None,
}
