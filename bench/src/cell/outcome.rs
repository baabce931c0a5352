//! Everything a cell gave.

use serde::{Deserialize, Serialize};
use skipbench_reports::rows::record::Measured;

/// One number of a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// What it is, with its unit.
    pub series: String,
    /// Epoch or step, from 1; of a task that looks inside a network a layer, block or lag.
    pub index: u64,
    /// The number.
    pub value: f64,
}

impl Sample {
    /// The `index`-th number of `series`.
    pub fn new(series: &str, index: u64, value: f64) -> Self {
        Self { series: series.to_owned(), index, value }
    }
}

/// Everything a cell gave.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What the device calls itself.
    pub device_name: String,
    /// The numbers.
    pub measured: Measured,
    /// The series.
    pub samples: Vec<Sample>,
}
