//! Defines what the members of a matched group have in common.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cost::Cost;

/// Names what the members of a matched group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Budget {
    /// Trainable parameters.
    Params,
    /// Multiply-accumulates for one image.
    Macs,
    /// Activation bytes for one image.
    Activations,
}

impl Budget {
    /// Every budget.
    pub const ALL: [Budget; 3] = [Budget::Params, Budget::Macs, Budget::Activations];

    /// Returns this budget's figure in `cost`.
    pub fn of(self, cost: &Cost) -> u64 {
        match self {
            Budget::Params => cost.params,
            Budget::Macs => cost.macs,
            Budget::Activations => cost.activation_bytes,
        }
    }

    /// Returns how far `cost` is from `reference`, as a share: 0.02 is 2 % more.
    pub fn error(self, cost: &Cost, reference: &Cost) -> f64 {
        self.of(cost) as f64 / self.of(reference) as f64 - 1.0
    }

    /// Returns the word used in suites and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Budget::Params => "params",
            Budget::Macs => "macs",
            Budget::Activations => "activations",
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
