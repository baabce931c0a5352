//! Defines how a network computes, as opposed to what: [`Execution`].

use serde::{Deserialize, Serialize};
use skipbench_ops::block::Activations;
use skipbench_ops::{Engine, Products};

/// Says how a network computes. Every choice gives the same network: the same weights, and the same losses except for
/// rounding (of which [`Kernels::SkipbenchBf16`] does more).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Execution {
    /// Whose kernels compute.
    pub kernels: Kernels,
    /// What concatenating blocks keep.
    pub memory: Memory,
}

/// Says whose kernels run convolutions, batch normalizations and Transformers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kernels {
    /// This crate's kernels where they apply, which is in f32 on Burn's flex device; Burn's elsewhere.
    #[default]
    Skipbench,
    /// Burn's kernels.
    Burn,
    /// This crate's kernels, where convolutions round their factors to bf16. All else is f32: sums, what layers pass to
    /// each other, normalizations, weights and the optimizer.
    SkipbenchBf16,
}

/// Says what concatenating blocks keep for the backward pass. It changes nothing in networks without concatenation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Memory {
    /// Keeps what automatic differentiation keeps when every concatenation is an operation of its own: all of its
    /// results.
    #[default]
    Naive,
    /// Keeps one tensor of features per stage, of which every layer reads the beginning, and the results of BN and ReLU
    /// once each.
    Shared,
    /// Keeps only the features and the results of inner convolutions. BN and ReLU are computed again in the backward
    /// pass: Pleiss et al. 2017, arXiv:1707.06990.
    Recompute,
}

impl Kernels {
    /// Returns the word used in recipes.
    pub fn word(self) -> &'static str {
        match self {
            Kernels::Skipbench => "skipbench",
            Kernels::Burn => "burn",
            Kernels::SkipbenchBf16 => "skipbench-bf16",
        }
    }

    /// Returns whether the kernels are this project's rather than Burn's.
    pub fn is_native(self) -> bool {
        self != Kernels::Burn
    }

    /// Returns the engine that computes layers.
    pub(crate) fn engine(self) -> Engine {
        match self {
            Kernels::Skipbench => Engine::Native(Products::F32),
            Kernels::SkipbenchBf16 => Engine::Native(Products::Bf16),
            Kernels::Burn => Engine::Burn,
        }
    }
}

impl Memory {
    /// Returns what happens to the results of BN and ReLU in a stage that is one operation.
    pub(crate) fn activations(self) -> Activations {
        match self {
            Memory::Naive | Memory::Shared => Activations::Keep,
            Memory::Recompute => Activations::Recompute,
        }
    }

    /// Every mode.
    pub const ALL: [Memory; 3] = [Memory::Naive, Memory::Shared, Memory::Recompute];

    /// Returns the word used in recipes.
    pub fn word(self) -> &'static str {
        match self {
            Memory::Naive => "naive",
            Memory::Shared => "shared",
            Memory::Recompute => "recompute",
        }
    }
}
