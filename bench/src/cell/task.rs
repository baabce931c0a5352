//! The workloads' names, and what each asks of the plan.

use serde::{Deserialize, Serialize};
use skipbench_models::{Kernels, ModelSpec};
use skipbench_reports::rows::task;

use crate::cell::recipe::{Precision, Recipe};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Train by the recipe; loss and counts of right answers.
    Train,
    /// Time whole training steps: forward, backward and optimizer.
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
    /// Norms and correlation of gradients, at the start and after training.
    Gradients,
    /// How fast a stack of blocks learns the identity.
    Identity,
    /// What a trained network loses without each of its blocks.
    Reuse,
    /// How alike a Transformer's tokens become, and what that does to gradients.
    Tokens,
}

impl Task {
    /// Every task.
    pub const ALL: [Task; 12] = [
        Task::TrainStep,
        Task::TrainEpoch,
        Task::Infer,
        Task::Latency,
        Task::TimeToAccuracy,
        Task::PeakMemoryTrain,
        Task::PeakMemoryInfer,
        Task::Train,
        Task::Gradients,
        Task::Identity,
        Task::Reuse,
        Task::Tokens,
    ];

    /// The word used in suites and rows.
    pub fn word(self) -> &'static str {
        match self {
            Task::Train => task::TRAIN,
            Task::TrainStep => task::TRAIN_STEP,
            Task::TrainEpoch => task::TRAIN_EPOCH,
            Task::TimeToAccuracy => task::TIME_TO_ACCURACY,
            Task::Infer => task::INFER,
            Task::Latency => task::LATENCY,
            Task::PeakMemoryTrain => task::PEAK_MEMORY_TRAIN,
            Task::PeakMemoryInfer => task::PEAK_MEMORY_INFER,
            Task::Gradients => task::GRADIENTS,
            Task::Identity => task::IDENTITY,
            Task::Reuse => task::REUSE,
            Task::Tokens => task::TOKENS,
        }
    }

    /// Whether its result is a time, so that nothing else may run beside it.
    pub fn is_timed(self) -> bool {
        matches!(self, Task::TrainStep | Task::TrainEpoch | Task::Infer | Task::Latency | Task::TimeToAccuracy)
    }

    /// Whether it consists of steps that can take turns with others'. Epochs are too long for that.
    pub fn is_stepped(self) -> bool {
        matches!(self, Task::TrainStep | Task::Infer | Task::Latency)
    }

    /// Whether it learns from the images, so that random ones will not do.
    pub fn learns(self) -> bool {
        matches!(self, Task::Train | Task::TimeToAccuracy | Task::Gradients | Task::Reuse)
    }

    /// Whether it goes through the training images batch by batch; the others work on one batch, which may repeat
    /// images.
    pub fn goes_through_images(self) -> bool {
        !matches!(self, Task::TrainStep | Task::Infer | Task::Latency) && !self.is_memory()
    }

    /// Whether it looks inside the network, which only built-in ones allow.
    pub fn looks_inside(self) -> bool {
        matches!(self, Task::Gradients | Task::Identity | Task::Reuse | Task::Tokens)
    }

    /// Whether it can be done with `spec` by `recipe`.
    ///
    /// # Errors
    /// Why not, and what would do.
    pub fn check(self, spec: &ModelSpec, recipe: &Recipe) -> Result<(), &'static str> {
        let rounds = recipe.kernels == Kernels::SkipbenchBf16;
        if rounds && matches!(spec, ModelSpec::Vit(_) | ModelSpec::Custom(_)) {
            return Err(
                "kernels = \"skipbench-bf16\" would round nothing: it has no convolution by them; remove recipe.kernels",
            );
        }
        if !self.looks_inside() {
            return Ok(());
        }
        if recipe.precision != Precision::F32 {
            return Err("it computes in f32: remove recipe.precision");
        }
        if rounds {
            return Err("it computes in f32: remove recipe.kernels");
        }
        match (self, spec) {
            (_, ModelSpec::Custom(_)) => Err("it looks inside built-in networks only: give the network another group"),
            (Task::Identity, ModelSpec::Backbone(config)) if config.skip.concatenates() => {
                Err("its output has more channels than its input, so it cannot be the identity: use another skip")
            }
            (Task::Identity, ModelSpec::Backbone(_)) | (Task::Tokens, ModelSpec::Vit(_)) => Ok(()),
            (Task::Identity, _) => Err("it stacks the blocks of a backbone: use family = \"backbone\""),
            (Task::Tokens, _) => Err("only a Transformer has tokens: use family = \"vit\""),
            _ => Ok(()),
        }
    }

    /// Whether its result is a peak of memory, which repeats only on one thread: the scratch of several overlaps by
    /// chance.
    pub fn is_memory(self) -> bool {
        matches!(self, Task::PeakMemoryTrain | Task::PeakMemoryInfer)
    }
}
