//! Defines the training recipe, which is the same for all members of a matched group.

mod check;
mod words;

use serde::{Deserialize, Serialize};
use skipbench_models::{Execution, Kernels, Memory};

pub(crate) use words::Augmentation;
pub use words::{Checkpointing, Optimizer, Precision, Schedule};

/// Says how networks are trained. Defaults follow the ResNet and DenseNet papers where they agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    /// Number of passes over the training images.
    pub epochs: u64,
    /// Number of optimizer steps after which training stops, if that comes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// Number of images in a batch.
    pub batch: usize,
    /// Optimizer that updates the weights.
    pub optimizer: Optimizer,
    /// Learning rate at its peak.
    pub lr: f64,
    /// SGD's momentum: Nesterov's, without dampening.
    pub momentum: f64,
    /// Weight decay, on every parameter; coupled (L2) in SGD, decoupled in AdamW.
    pub weight_decay: f64,
    /// Schedule by which the learning rate falls.
    pub schedule: Schedule,
    /// `step`: shares of the run after which the rate falls.
    pub milestones: Vec<f64>,
    /// `step`: factor by which the rate is multiplied.
    pub gamma: f64,
    /// Number of epochs over which the rate rises linearly to its peak.
    pub warmup_epochs: f64,
    /// Share of the target spread over all classes.
    pub label_smoothing: f64,
    /// How training images are augmented.
    pub augment: Augmentation,
    /// Number of epochs between tests. There is always a test after the last epoch.
    pub eval_every: u64,
    /// What of the forward pass is kept for the backward pass.
    pub checkpointing: Checkpointing,
    /// Number format that networks compute in. Their weights are kept in f32.
    pub precision: Precision,
    /// `time-to-accuracy`: share of the test images that must be classified correctly.
    pub target_accuracy: f64,
    /// Timed tasks: least milliseconds of warm-up. It continues until the steps' times are steady.
    pub warmup_ms: u64,
    /// Timed tasks: milliseconds from the first step's end after which the warm-up ends, steady or not.
    pub warmup_max_ms: u64,
    /// Timed tasks: least number of steps measured.
    pub timed_steps: u64,
    /// Timed tasks: least milliseconds measured.
    pub timed_ms: u64,
    // The last two: rows that were written before they were get them at their end.
    /// Whose kernels run convolutions and batch normalizations where there is a choice, which is on the CPU in f32.
    /// `skipbench-bf16`, which only the CPU has, rounds the factors of convolutions.
    pub kernels: Kernels,
    /// What concatenating blocks keep for the backward pass. It has no effect on networks without concatenation.
    pub memory: Memory,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            epochs: 30,
            steps: None,
            batch: 64,
            optimizer: Optimizer::Sgd,
            lr: 0.1,
            momentum: 0.9,
            weight_decay: 1e-4,
            schedule: Schedule::Cosine,
            milestones: vec![0.5, 0.75],
            gamma: 0.1,
            warmup_epochs: 0.0,
            label_smoothing: 0.0,
            augment: Augmentation::Usual,
            eval_every: 1,
            checkpointing: Checkpointing::None,
            precision: Precision::F32,
            target_accuracy: 0.9,
            warmup_ms: 300,
            warmup_max_ms: 10_000,
            timed_steps: 10,
            timed_ms: 500,
            kernels: Kernels::default(),
            memory: Memory::default(),
        }
    }
}

impl Recipe {
    /// Returns how networks compute.
    pub fn execution(&self) -> Execution {
        Execution { kernels: self.kernels, memory: self.memory }
    }

    /// Returns the learning rate of step `step` (from 0) of `total`, with `per_epoch` steps per epoch.
    pub fn learning_rate(&self, step: u64, total: u64, per_epoch: u64) -> f64 {
        let warmup = self.warmup_epochs * per_epoch as f64;
        let (step, total) = (step as f64, total as f64);
        if step < warmup {
            return self.lr * (step + 1.0) / warmup.max(1.0);
        }
        let done = step / total;
        match self.schedule {
            Schedule::Constant => self.lr,
            Schedule::Step => {
                let passed = self.milestones.iter().filter(|milestone| done >= **milestone).count();
                self.lr * self.gamma.powi(passed as i32)
            }
            Schedule::Cosine => {
                let after = (step - warmup) / (total - warmup).max(1.0);
                0.5 * self.lr * (1.0 + (std::f64::consts::PI * after).cos())
            }
        }
    }
}
