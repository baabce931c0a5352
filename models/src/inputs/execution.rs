//! How a network computes, as opposed to what: [`Execution`].

use serde::{Deserialize, Serialize};
use skipbench_ops::block::Activations;
use skipbench_ops::{Engine, Products};

/// How a network computes. Every choice gives the same network: the same weights, the same losses except for rounding
/// (which [`Kernels::SkipbenchBf16`] does more of).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Execution {
    /// Whose kernels.
    pub kernels: Kernels,
    /// What blocks that concatenate keep.
    pub memory: Memory,
}

/// Whose kernels run convolutions, batch normalizations and Transformers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kernels {
    /// Those of this crate where they apply, which is in f32 on Burn's flex device; Burn's elsewhere.
    #[default]
    Skipbench,
    /// Burn's.
    Burn,
    /// Those of this crate, where convolutions round what they multiply to bf16. All else is f32: sums, what layers
    /// give to each other, normalizations, weights and the optimizer.
    SkipbenchBf16,
}

/// What blocks that concatenate keep for the backward pass. It changes nothing in networks without concatenation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Memory {
    /// What automatic differentiation keeps when every concatenation is an operation of its own: all of its results.
    #[default]
    Naive,
    /// One tensor of features a block, which every layer reads the beginning of; the results of BN and ReLU, once each.
    Shared,
    /// The features and the results of inner convolutions only. BN and ReLU are computed again in the backward pass:
    /// Pleiss et al. 2017, arXiv:1707.06990.
    Recompute,
}

impl Kernels {
    /// The word used in recipes.
    pub fn word(self) -> &'static str {
        match self {
            Kernels::Skipbench => "skipbench",
            Kernels::Burn => "burn",
            Kernels::SkipbenchBf16 => "skipbench-bf16",
        }
    }

    /// Whether they are this project's rather than Burn's.
    pub fn is_native(self) -> bool {
        self != Kernels::Burn
    }

    /// What computes layers.
    pub(crate) fn engine(self) -> Engine {
        match self {
            Kernels::Skipbench => Engine::Native(Products::F32),
            Kernels::SkipbenchBf16 => Engine::Native(Products::Bf16),
            Kernels::Burn => Engine::Burn,
        }
    }
}

impl Memory {
    /// What becomes of the results of BN and ReLU in a stage that is one operation.
    pub(crate) fn activations(self) -> Activations {
        match self {
            Memory::Naive | Memory::Shared => Activations::Keep,
            Memory::Recompute => Activations::Recompute,
        }
    }

    /// Every mode.
    pub const ALL: [Memory; 3] = [Memory::Naive, Memory::Shared, Memory::Recompute];

    /// The word used in recipes.
    pub fn word(self) -> &'static str {
        match self {
            Memory::Naive => "naive",
            Memory::Shared => "shared",
            Memory::Recompute => "recompute",
        }
    }
}
