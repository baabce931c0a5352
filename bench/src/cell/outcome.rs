//! Everything a cell gave.

use serde::{Deserialize, Serialize};

/// What a cell measured. What its task does not measure is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Measured {
    /// Trainable parameters of the built network.
    pub params: Option<u64>,
    /// Shape of the last logits; empty where nobody looked.
    #[serde(default)]
    pub output_shape: String,
    /// Epochs finished.
    pub epochs: Option<u64>,
    /// Optimiser steps taken.
    pub steps: Option<u64>,
    /// Mean loss of the last epoch, or the loss of the last step.
    pub loss: Option<f64>,
    /// Training images right in the last epoch.
    pub train_correct: Option<u64>,
    /// Training images of the last epoch.
    pub train_total: Option<u64>,
    /// Test images right after the last epoch.
    pub test_correct: Option<u64>,
    /// Test images.
    pub test_total: Option<u64>,
    /// Time of training and testing.
    pub train_ns: Option<u64>,
    /// Time of training until the accuracy was reached.
    pub target_ns: Option<u64>,
    /// Epochs until then.
    pub target_epochs: Option<u64>,
    /// Steps before timing.
    pub warmup_steps: Option<u64>,
    /// Their time.
    pub warmup_ns: Option<u64>,
    /// Whether they had become steady.
    pub warmup_steady: Option<bool>,
    /// Steps timed.
    pub timed_steps: Option<u64>,
    /// Median of the timed steps.
    pub step_ns_median: Option<u64>,
    /// 90th percentile of the timed steps, of ten or more.
    pub step_ns_p90: Option<u64>,
    /// 99th percentile of the timed steps, of a hundred or more.
    pub step_ns_p99: Option<u64>,
    /// Median time of the forward pass alone.
    pub forward_ns_median: Option<u64>,
    /// Median time of the backward pass alone.
    pub backward_ns_median: Option<u64>,
    /// Median time of the optimiser alone.
    pub optimizer_ns_median: Option<u64>,
    /// Images of an epoch.
    pub epoch_images: Option<u64>,
    /// Median time of an epoch.
    pub epoch_ns_median: Option<u64>,
    /// Median time in an epoch that went into preparing data.
    pub epoch_data_ns_median: Option<u64>,
    /// FLOP/s of the device's own matrix product.
    pub ceiling_flops_per_s: Option<f64>,
    /// Bytes/s of the device's own copy, read and written.
    pub ceiling_bytes_per_s: Option<f64>,
    /// Cores that other processes kept busy.
    pub other_load_cores: Option<f64>,
    /// Clock of the fastest core.
    pub cpu_mhz: Option<u64>,
    /// Heap bytes alive before the pass.
    pub heap_start_bytes: Option<u64>,
    /// Most heap bytes alive in the pass.
    pub heap_peak_bytes: Option<u64>,
    /// Most in a forward pass.
    pub heap_peak_forward_bytes: Option<u64>,
    /// Most in a backward pass.
    pub heap_peak_backward_bytes: Option<u64>,
    /// Most in an optimiser's step.
    pub heap_peak_optimizer_bytes: Option<u64>,
    /// Heap bytes that a step leaves behind.
    pub heap_growth_bytes: Option<i64>,
    /// Heap bytes that a forward pass left alive for the backward pass.
    pub heap_saved_bytes: Option<u64>,
    /// VmHWM of the process.
    pub rss_peak_bytes: Option<u64>,
    /// Bytes in use in the device's pools.
    pub device_in_use_bytes: Option<u64>,
    /// Bytes reserved by the device's pools.
    pub device_reserved_bytes: Option<u64>,
}

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What the device calls itself.
    pub device_name: String,
    /// The numbers.
    pub measured: Measured,
    /// The series.
    pub samples: Vec<Sample>,
}
