//! Defines the workloads' names, and what each asks of the plan.

use serde::{Deserialize, Serialize};
use skipbench_models::{Kernels, ModelSpec};
use skipbench_reports::rows::task;

use crate::cell::recipe::{Precision, Recipe};

/// Says what is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Trains by the recipe, and records loss and correct answers.
    Train,
    /// Times whole training steps: forward, backward and optimizer.
    TrainStep,
    /// Times whole epochs, data preparation included.
    TrainEpoch,
    /// Times training until the recipe's accuracy is reached.
    TimeToAccuracy,
    /// Times forward passes of the trained form of the network.
    Infer,
    /// Times forward passes of single images.
    Latency,
    /// Measures the peak memory of training steps.
    PeakMemoryTrain,
    /// Measures the peak memory of forward passes.
    PeakMemoryInfer,
    /// Measures norms and correlation of gradients, before and after training.
    Gradients,
    /// Measures how fast a stack of blocks learns the identity.
    Identity,
    /// Measures what a trained network loses without each of its blocks.
    Reuse,
    /// Measures how alike a Transformer's tokens become, and what that does to gradients.
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

    /// Returns the word used in suites and rows.
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

    /// Returns whether its result is a time. Nothing else may then run beside it.
    pub fn is_timed(self) -> bool {
        matches!(self, Task::TrainStep | Task::TrainEpoch | Task::Infer | Task::Latency | Task::TimeToAccuracy)
    }

    /// Returns whether it consists of steps that can take turns with others' steps. Epochs are too long for that.
    pub fn is_stepped(self) -> bool {
        matches!(self, Task::TrainStep | Task::Infer | Task::Latency)
    }

    /// Returns whether it learns from the images. Random ones are then not enough.
    pub fn learns(self) -> bool {
        matches!(self, Task::Train | Task::TimeToAccuracy | Task::Gradients | Task::Reuse)
    }

    /// Returns whether it goes through the training images batch by batch. The others work on one batch, which may
    /// repeat images.
    pub fn goes_through_images(self) -> bool {
        !matches!(self, Task::TrainStep | Task::Infer | Task::Latency) && !self.is_memory()
    }

    /// Returns whether it looks inside the network, which only built-in ones allow.
    pub fn looks_inside(self) -> bool {
        matches!(self, Task::Gradients | Task::Identity | Task::Reuse | Task::Tokens)
    }

    /// Checks whether it can be done with `spec` by `recipe`.
    ///
    /// # Errors
    /// Returns why not, and what would be possible.
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

    /// Returns whether its result is a peak of memory. That repeats only on one thread, because the scratch of several
    /// overlaps by chance.
    pub fn is_memory(self) -> bool {
        matches!(self, Task::PeakMemoryTrain | Task::PeakMemoryInfer)
    }
}
