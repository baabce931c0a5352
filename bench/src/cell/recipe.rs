//! The training recipe: one for all members of a matched group.

use serde::{Deserialize, Serialize};
use skipbench_models::{Execution, Kernels, Memory};

/// How networks are trained. Defaults follow the ResNet and DenseNet papers where they agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    /// Passes over the training images.
    pub epochs: u64,
    /// Stop after so many optimiser steps, if that comes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// Images in a batch.
    pub batch: usize,
    /// What moves the weights.
    pub optimizer: Optimizer,
    /// Learning rate at its peak.
    pub lr: f64,
    /// SGD's momentum: Nesterov's, without dampening.
    pub momentum: f64,
    /// Weight decay, on every parameter; coupled (L2) in SGD, decoupled in AdamW.
    pub weight_decay: f64,
    /// How the learning rate falls.
    pub schedule: Schedule,
    /// `step`: the shares of the run after which the rate falls.
    pub milestones: Vec<f64>,
    /// `step`: what the rate is multiplied by.
    pub gamma: f64,
    /// Epochs over which the rate rises linearly to its peak.
    pub warmup_epochs: f64,
    /// Share of the target spread over all classes.
    pub label_smoothing: f64,
    /// How training images are varied.
    pub augment: Augmentation,
    /// Test after every so many epochs, and always after the last.
    pub eval_every: u64,
    /// What of the forward pass is kept for the backward pass.
    pub checkpointing: Checkpointing,
    /// What networks compute in; their weights are kept in f32.
    pub precision: Precision,
    /// `time-to-accuracy`: the share of the test images that must be classified rightly.
    pub target_accuracy: f64,
    /// Timed tasks: milliseconds of warm-up at least; it goes on until the steps' times are steady.
    pub warmup_ms: u64,
    /// Timed tasks: milliseconds from the first step's end after which the warm-up ends, steady or not.
    pub warmup_max_ms: u64,
    /// Timed tasks: steps measured at least.
    pub timed_steps: u64,
    /// Timed tasks: milliseconds measured at least.
    pub timed_ms: u64,
    // The last two: rows that were written before they were get them at their end.
    /// Whose kernels run convolutions and batch normalisations where there is a choice: on the CPU in f32. `skipbench-bf16`, which
    /// only the CPU has, rounds what convolutions multiply.
    pub kernels: Kernels,
    /// What blocks that concatenate keep for the backward pass; no effect on networks without concatenation.
    pub memory: Memory,
}

/// What networks compute in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Single precision throughout.
    F32,
    /// 8 bits of exponent, 8 of precision.
    Bf16,
    /// 5 bits of exponent, 11 of precision.
    F16,
}

impl Precision {
    /// The word used in recipes.
    pub fn word(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::Bf16 => "bf16",
            Precision::F16 => "f16",
        }
    }
}

/// What of the forward pass is kept for the backward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checkpointing {
    /// Everything that it needs.
    None,
    /// Burn's balanced strategy: what memory-bound operations made is computed again. Concatenation and BatchNorm are
    /// not among them.
    Balanced,
}

/// What moves the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Optimizer {
    /// Stochastic gradient descent with Nesterov momentum.
    Sgd,
    /// Adam with decoupled weight decay, β = (0.9, 0.999).
    Adamw,
}

/// How the learning rate falls after the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// Half a cosine to 0.
    Cosine,
    /// By `gamma` at each milestone.
    Step,
    /// It does not.
    Constant,
}

/// How training images are varied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Augmentation {
    /// What suits the data set: shift for digits; pad, crop and flip for photographs.
    Usual,
    /// The same without the flip.
    Shift,
    /// Not at all.
    None,
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

/// Most of anything that is counted, so that products of two counts stay below 2⁶⁴.
const MOST: u64 = 1_000_000_000;

/// A value that cannot be, and what would do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("recipe.{key} = {value}: {fix}")]
pub struct RecipeError {
    key: &'static str,
    value: String,
    fix: &'static str,
}

impl Recipe {
    /// # Errors
    /// The first impossible value.
    pub fn check(&self) -> Result<(), RecipeError> {
        let counts = [
            ("epochs", self.epochs),
            ("steps", self.steps.unwrap_or(1)),
            ("batch", self.batch as u64),
            ("eval_every", self.eval_every),
            ("timed_steps", self.timed_steps),
            ("timed_ms", self.timed_ms),
            ("warmup_ms", self.warmup_ms),
            ("warmup_max_ms", self.warmup_max_ms),
        ];
        let count = counts.into_iter().find(|(_, value)| !(1..=MOST).contains(value));
        if let Some((key, value)) = count {
            return Err(RecipeError { key, value: value.to_string(), fix: "a number from 1 to a billion is needed" });
        }
        if self.warmup_ms > self.warmup_max_ms {
            let fix = "no more than warmup_max_ms is needed";
            return Err(RecipeError { key: "warmup_ms", value: self.warmup_ms.to_string(), fix });
        }
        if self.kernels == Kernels::SkipbenchBf16 && self.precision != Precision::F32 {
            let fix = "networks compute in f32 by them, but for products: remove precision, or take kernels = \"burn\"";
            return Err(RecipeError { key: "kernels", value: format!("{:?}", self.kernels.word()), fix });
        }
        self.check_numbers()?;
        self.check_schedule()
    }

    fn check_numbers(&self) -> Result<(), RecipeError> {
        let above = (f64::MIN_POSITIVE..f64::INFINITY, "a finite number above 0 is needed");
        let positive = (0.0..f64::INFINITY, "a finite number from 0 up is needed");
        let share = (0.0..1.0, "a number from 0 to below 1 is needed");
        let whole = (0.0..1.0_f64.next_up(), "a number from 0 to 1 is needed");
        let numbers = [
            ("lr", self.lr, &above),
            ("weight_decay", self.weight_decay, &positive),
            ("gamma", self.gamma, &positive),
            ("warmup_epochs", self.warmup_epochs, &positive),
            ("momentum", self.momentum, &share),
            ("label_smoothing", self.label_smoothing, &share),
            ("target_accuracy", self.target_accuracy, &whole),
        ];
        match numbers.into_iter().find(|(_, value, (range, _))| !range.contains(value)) {
            Some((key, value, (_, fix))) => Err(RecipeError { key, value: value.to_string(), fix }),
            None => Ok(()),
        }
    }

    /// The warm-up ends within the run, and the milestones lie in it, one after the other.
    fn check_schedule(&self) -> Result<(), RecipeError> {
        if self.warmup_epochs > self.epochs as f64 {
            let fix = "no more than epochs is needed: the rate would never reach its peak";
            return Err(RecipeError { key: "warmup_epochs", value: self.warmup_epochs.to_string(), fix });
        }
        let inside = |milestone: &f64| 0.0 < *milestone && *milestone < 1.0;
        let fix = if self.schedule == Schedule::Step && self.milestones.is_empty() {
            "schedule = \"step\" needs one at least"
        } else if !self.milestones.iter().all(inside) {
            "shares of the run are needed, above 0 and below 1"
        } else if !self.milestones.is_sorted_by(|one, next| one < next) {
            "each must be above the one before it"
        } else {
            return Ok(());
        };
        Err(RecipeError { key: "milestones", value: format!("{:?}", self.milestones), fix })
    }

    /// How networks compute.
    pub fn execution(&self) -> Execution {
        Execution { kernels: self.kernels, memory: self.memory }
    }

    /// The learning rate of step `step` (from 0) of `total`, with `per_epoch` steps an epoch.
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
