//! Defines a [`Cell`], which is everything that one measurement depends on, and an [`Outcome`], which is everything
//! that it returned.

pub(crate) mod custom;
mod message;
mod outcome;
pub(crate) mod recipe;
mod task;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use skipbench_models::catalog::{self, UnknownModel};
use skipbench_models::{Images, Kernels, ModelSpec};

use crate::cell::recipe::Recipe;
use crate::device::{Backend, DeviceId};
use crate::files::data::{Source, Summary};

pub use message::{Message, Progress};
pub use outcome::{Outcome, Sample};
pub use skipbench_reports::rows::record::Measured;
pub use task::Task;

/// Describes one measurement. The same cell is the same work, anywhere and at any time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// Name of the group in the suite.
    pub group: String,
    /// Name of the model.
    pub model: String,
    /// Specification of the model.
    pub spec: ModelSpec,
    /// Where the images come from.
    pub source: Source,
    /// Summary that the images must match.
    pub data: Summary,
    /// Recipe by which it is trained.
    pub recipe: Recipe,
    /// Task that is measured.
    pub task: Task,
    /// Device that it runs on.
    pub device: DeviceId,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// Number of the repetition of a timed cell with this seed, from 0.
    pub round: u64,
    /// Whether it is the reference once more under another name (A/A).
    pub twin: bool,
    /// Number of the set of fresh processes that it takes turns in, from 1; `None` if it is measured alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<u64>,
    /// Point of a sweep that it is, if any.
    pub sweep: Option<SweepPoint>,
    /// Number of threads of the CPU backend.
    pub threads: usize,
    /// Number of cells that may run at the same time, this one included.
    pub concurrent: usize,
    /// Seconds after which the cell is stopped.
    pub timeout_s: u64,
    /// Largest number of heap bytes that it may have.
    pub memory_limit_bytes: u64,
}

/// Describes one point of a sweep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepPoint {
    /// Key that is varied, such as `depth`.
    pub over: String,
    /// Name of the model in which it is varied.
    pub line: String,
    /// Value of the key here.
    pub value: u64,
}

impl Cell {
    /// Creates a cell outside any suite: a model from the catalog on the digits, by the default recipe, on one thread.
    ///
    /// # Errors
    /// Returns an error if no model has that name.
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
            set: None,
            sweep: None,
            threads: 1,
            concurrent: 1,
            timeout_s: 3600,
            memory_limit_bytes: 1 << 30,
        })
    }

    /// Returns the first 16 hexadecimal digits of the SHA-256 of the cell's JSON.
    pub fn id(&self) -> String {
        let json = serde_json::to_vec(self).expect("a cell is plain data, which always serializes");
        crate::system::text::hex(&Sha256::digest(json))[..16].to_owned()
    }

    /// Checks whether the images and the device suffice for the recipe.
    ///
    /// # Errors
    /// Returns an error for a batch that is larger than an epoch, or for kernels that the device does not have.
    pub fn check(&self) -> Result<(), String> {
        if self.recipe.kernels == Kernels::SkipbenchBf16 && self.device.backend != Backend::Flex {
            let (kernels, device) = (self.recipe.kernels.word(), self.device);
            return Err(format!(
                "recipe.kernels = \"{kernels}\": they are the CPU's; on {device} use kernels = \"burn\", and precision \
                 = \"bf16\" if it computes in it"
            ));
        }
        let (batch, train, word) = (self.recipe.batch, self.data.train, self.task.word());
        if !self.task.goes_through_images() || batch <= train {
            return Ok(());
        }
        Err(format!(
            "recipe.batch = {batch}: \"{word}\" takes whole batches of the {train} training images of {}; \
             a number from 1 to {train} is needed",
            self.source.name()
        ))
    }

    /// Returns a label for people: `resnet20 train, seed 1`.
    pub fn label(&self) -> String {
        let twin = if self.twin { " (A/A)" } else { "" };
        let point = match &self.sweep {
            Some(SweepPoint { over, value, .. }) => format!(" {over} {value}"),
            None => String::new(),
        };
        let round = if self.round > 0 { format!(", round {}", self.round) } else { String::new() };
        let set = self.set.map(|set| format!(", set {set}")).unwrap_or_default();
        format!("{}{twin}{point} {}, seed {}{round}{set}", self.model, self.task.word(), self.seed)
    }

    /// Returns the shape of the images and the number of classes.
    pub fn images(&self) -> Images {
        self.data.images
    }

    /// Returns the batch size: one where the latency of single images is timed, and otherwise the recipe's.
    pub fn batch(&self) -> usize {
        if self.task == Task::Latency { 1 } else { self.recipe.batch }
    }

    /// Returns the number of steps that are timed. A 99th percentile needs a hundred.
    pub fn timed_steps(&self) -> u64 {
        if self.task == Task::Latency { self.recipe.timed_steps.max(100) } else { self.recipe.timed_steps }
    }

    /// Estimates the multiply-accumulates that the cell will do. Progress and the time left are based on them.
    pub fn work(&self) -> f64 {
        /// Order of magnitude of what a core does in a millisecond.
        const MACS_PER_MS: f64 = 1e7;
        let macs = self.spec.cost(self.images()).map_or(0.0, |cost| cost.macs as f64);
        let Recipe { epochs, eval_every, warmup_ms, timed_ms, .. } = self.recipe;
        let (train, test) = (3.0 * self.data.train as f64, self.data.test as f64 / eval_every as f64);
        let steps = |passes: f64| passes * macs * self.timed_steps() as f64 * self.batch() as f64;
        let timed = (warmup_ms + timed_ms) as f64 * MACS_PER_MS;
        match self.task {
            Task::Train | Task::TimeToAccuracy | Task::Gradients => macs * epochs as f64 * (train + test),
            // Each of its branches is left out, and swapped, in a test of its own.
            Task::Reuse => {
                let lesions = 2.0 * self.spec.branches() as f64 * self.data.test as f64;
                macs * (epochs as f64 * (train + test) + lesions)
            }
            // Two stacks of about a third of the network.
            Task::Identity => 2.0 * macs * epochs as f64 * self.data.train as f64,
            Task::Tokens => 6.0 * macs * self.batch() as f64,
            Task::TrainEpoch => timed + 2.0 * macs * train,
            Task::TrainStep => timed + steps(6.0),
            Task::Infer | Task::Latency => timed + steps(1.0),
            Task::PeakMemoryTrain => 18.0 * macs * self.batch() as f64,
            Task::PeakMemoryInfer => 6.0 * macs * self.batch() as f64,
        }
    }
}
