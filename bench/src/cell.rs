//! A [`Cell`]: everything one measurement depends on. An [`Outcome`]: everything it gave.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use skipbench_models::catalog::{self, UnknownModel};
use skipbench_models::{Images, ModelSpec};

use crate::data::{Source, Summary};
use crate::device::DeviceId;
use crate::recipe::Recipe;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Train by the recipe; loss and counts of right answers.
    Train,
    /// Time whole training steps: forward, backward and optimiser.
    TrainStep,
    /// Time whole epochs, data preparation included.
    TrainEpoch,
    /// Time training until the recipe's accuracy is reached.
    TimeToAccuracy,
    /// Time forward passes of the trained form of the network.
    Infer,
    /// Time forward passes of single images.
    Latency,
    /// Peak memory of training steps.
    PeakMemoryTrain,
    /// Peak memory of forward passes.
    PeakMemoryInfer,
}

impl Task {
    /// Every task.
    pub const ALL: [Task; 8] = [
        Task::TrainStep,
        Task::TrainEpoch,
        Task::Infer,
        Task::Latency,
        Task::TimeToAccuracy,
        Task::PeakMemoryTrain,
        Task::PeakMemoryInfer,
        Task::Train,
    ];

    /// The word used in suites and rows.
    pub fn word(self) -> &'static str {
        match self {
            Task::Train => "train",
            Task::TrainStep => "train-step",
            Task::TrainEpoch => "train-epoch",
            Task::TimeToAccuracy => "time-to-accuracy",
            Task::Infer => "infer",
            Task::Latency => "latency",
            Task::PeakMemoryTrain => "peak-memory-train",
            Task::PeakMemoryInfer => "peak-memory-infer",
        }
    }

    /// Whether its result is a time, so that nothing else may run beside it.
    pub fn is_timed(self) -> bool {
        matches!(self, Task::TrainStep | Task::TrainEpoch | Task::Infer | Task::Latency | Task::TimeToAccuracy)
    }

    /// Whether it learns from the images, so that random ones will not do.
    pub fn learns(self) -> bool {
        matches!(self, Task::Train | Task::TimeToAccuracy)
    }

    /// Whether its result is a peak of memory, which repeats only on one thread: the scratch of several overlaps by
    /// chance.
    pub fn is_memory(self) -> bool {
        matches!(self, Task::PeakMemoryTrain | Task::PeakMemoryInfer)
    }
}

/// One measurement: the same cell is the same work, wherever and whenever it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// Group in the suite.
    pub group: String,
    /// Name of the model.
    pub model: String,
    /// The model.
    pub spec: ModelSpec,
    /// Where the images come from.
    pub source: Source,
    /// What the images must be.
    pub data: Summary,
    /// How to train.
    pub recipe: Recipe,
    /// What to measure.
    pub task: Task,
    /// On which device.
    pub device: DeviceId,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// Which repetition of a timed cell with this seed, from 0.
    pub round: u64,
    /// Whether it is the reference once more under another name (A/A).
    pub twin: bool,
    /// The point of a sweep that it is, if any.
    pub sweep: Option<Point>,
    /// Threads of the CPU backend.
    pub threads: usize,
    /// Cells that may run at the same time, this one included.
    pub concurrent: usize,
    /// Seconds after which the cell is stopped.
    pub timeout_s: u64,
    /// Heap bytes that it may have.
    pub memory_limit_bytes: u64,
}

/// One point of a sweep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// What is varied, such as `depth`.
    pub over: String,
    /// Name of the model in which it is varied.
    pub line: String,
    /// The value here.
    pub value: u64,
}

impl Cell {
    /// A cell by itself, outside any suite: a model from the catalog on the digits, by the default recipe, on one thread.
    ///
    /// # Errors
    /// If no model has that name.
    pub fn alone(model: &str, task: Task, device: DeviceId) -> Result<Self, UnknownModel> {
        Ok(Self {
            group: "alone".to_owned(),
            model: model.to_owned(),
            spec: catalog::find(model)?,
            source: Source::Digits,
            data: Source::Digits.load().expect("the digits are embedded and a test reads them").summary(),
            recipe: Recipe::default(),
            task,
            device,
            seed: 1,
            round: 0,
            twin: false,
            sweep: None,
            threads: 1,
            concurrent: 1,
            timeout_s: 3600,
            memory_limit_bytes: 1 << 30,
        })
    }

    /// The first 16 hexadecimal digits of the SHA-256 of the cell's JSON.
    pub fn id(&self) -> String {
        let json = serde_json::to_vec(self).expect("a cell is plain data, which always serialises");
        crate::hex(&Sha256::digest(json))[..16].to_owned()
    }

    /// For people: `resnet20 train, seed 1`.
    pub fn label(&self) -> String {
        let twin = if self.twin { " (A/A)" } else { "" };
        let point = match &self.sweep {
            Some(Point { over, value, .. }) => format!(" {over} {value}"),
            None => String::new(),
        };
        let round = if self.round > 0 { format!(", round {}", self.round) } else { String::new() };
        format!("{}{twin}{point} {}, seed {}{round}", self.model, self.task.word(), self.seed)
    }

    /// Shape of the images and number of classes.
    pub fn images(&self) -> Images {
        self.data.images
    }

    /// Images in a batch: one where the latency of single images is timed, else the recipe's.
    pub fn batch(&self) -> usize {
        if self.task == Task::Latency { 1 } else { self.recipe.batch }
    }

    /// Steps that are timed. A 99th percentile needs a hundred.
    pub fn timed_steps(&self) -> u64 {
        if self.task == Task::Latency { self.recipe.timed_steps.max(100) } else { self.recipe.timed_steps }
    }

    /// Multiply-accumulates that the cell will do, roughly: what progress and time left go by.
    pub fn work(&self) -> f64 {
        /// What a core does in a millisecond, in the order of magnitude.
        const MACS_PER_MS: f64 = 1e7;
        let macs = self.spec.cost(self.images()).map_or(0.0, |cost| cost.macs as f64);
        let Recipe { epochs, eval_every, warmup_ms, timed_ms, .. } = self.recipe;
        let (train, test) = (3.0 * self.data.train as f64, self.data.test as f64 / eval_every as f64);
        let steps = |passes: f64| passes * macs * self.timed_steps() as f64 * self.batch() as f64;
        let timed = (warmup_ms + timed_ms) as f64 * MACS_PER_MS;
        match self.task {
            Task::Train | Task::TimeToAccuracy => macs * epochs as f64 * (train + test),
            Task::TrainEpoch => timed + 2.0 * macs * train,
            Task::TrainStep => timed + steps(6.0),
            Task::Infer | Task::Latency => timed + steps(1.0),
            Task::PeakMemoryTrain => 18.0 * macs * self.batch() as f64,
            Task::PeakMemoryInfer => 3.0 * macs * self.batch() as f64,
        }
    }
}

/// What a cell measured. What its task does not measure is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Measured {
    /// Trainable parameters of the built network.
    pub params: Option<u64>,
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
    /// Epoch or step, from 1.
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

/// A line that a cell's process writes to its standard output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "message", rename_all = "lowercase")]
pub enum Message {
    /// How far it is.
    Progress(Progress),
    /// It is done.
    Done(Box<Outcome>),
    /// It could not.
    Failed {
        /// Why.
        error: String,
    },
}

/// How far a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done.
    pub done: u64,
    /// Steps to do.
    pub total: u64,
    /// Current epoch, from 1; 0 where there are none.
    pub epoch: u64,
    /// Epochs to do.
    pub epochs: u64,
    /// Loss of the last finished epoch.
    pub loss: Option<f64>,
}
