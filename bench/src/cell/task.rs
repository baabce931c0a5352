//! The workloads' names, and what each asks of the plan.

use serde::{Deserialize, Serialize};

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
