//! Defines everything that a cell returned.

use serde::{Deserialize, Serialize};
use skipbench_reports::rows::record::Measured;

/// A number of a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Name of the series, with its unit.
    pub series: String,
    /// Epoch or step, from 1. In a task that looks inside a network it is a layer, block or lag.
    pub index: u64,
    /// Value of the number.
    pub value: f64,
}

impl Sample {
    /// Creates the `index`-th number of `series`.
    pub fn new(series: &str, index: u64, value: f64) -> Self {
        Self { series: series.to_owned(), index, value }
    }
}

/// Holds everything that a cell returned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Name of the device, as it calls itself.
    pub device_name: String,
    /// Numbers that were measured.
    pub measured: Measured,
    /// Series that were recorded.
    pub samples: Vec<Sample>,
}
