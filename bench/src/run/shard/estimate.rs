//! What a cell is expected to take, from its network's cost and a rate: for cutting plans and for asking engines for
//! time and memory. `skipbench plan --against` holds it against what was measured.

use serde::Serialize;

use crate::cell::recipe::Recipe;
use crate::cell::{Cell, Task};
use crate::run::sitting::room;

/// Multiply-accumulates that a thread is expected to do in a second. The records' training cells did 1.4e9 to 30e9.
pub(crate) const USUAL_RATE: f64 = 1e10;

/// Seconds for starting a process, loading images and building a network.
const START_S: f64 = 0.05;

/// Seconds for measuring the ceilings beside what is timed.
const CEILINGS_S: f64 = 0.3;

/// Steps of a warm-up at least, and those whose parts are timed beside the whole ones.
const WARM_UP_STEPS: f64 = 6.0;

/// What a cell takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// Seconds of its process, as if it were alone.
    pub seconds: f64,
    /// Bytes of memory.
    pub memory_bytes: u64,
}

impl Estimate {
    /// Of a cell whose threads do `rate` multiply-accumulates a second each.
    pub fn of(cell: &Cell, rate: f64) -> Self {
        let work = macs(cell) / (rate * cell.threads.max(1) as f64);
        let seconds = (START_S + seconds(cell, work)).min(cell.timeout_s as f64);
        Self { seconds, memory_bytes: memory(cell) }
    }
}

/// Seconds after the start, of which the network's work takes `work`.
fn seconds(cell: &Cell, work: f64) -> f64 {
    let Recipe { warmup_ms, timed_ms, .. } = cell.recipe;
    let least = (warmup_ms + timed_ms) as f64 / 1e3;
    match cell.task {
        Task::TrainStep | Task::TrainEpoch | Task::Infer | Task::Latency => CEILINGS_S + work.max(least),
        _ => work,
    }
}

/// Multiply-accumulates of the whole cell; a training step counts three forward passes.
pub(crate) fn macs(cell: &Cell) -> f64 {
    let macs = cell.spec.cost(cell.images()).map_or(0.0, |cost| cost.macs as f64);
    let (batch, steps) = (cell.batch() as f64, cell.timed_steps() as f64);
    macs * match cell.task {
        Task::Train | Task::TimeToAccuracy | Task::Gradients => trained(cell) + tested(cell),
        Task::Reuse => trained(cell) + tested(cell) + 2.0 * cell.spec.branches() as f64 * cell.data.test as f64,
        Task::Identity => trained(cell),
        Task::TrainEpoch => 6.0 * cell.data.train as f64,
        // A warm-up, whole steps, and steps in parts.
        Task::TrainStep => 3.0 * batch * (WARM_UP_STEPS + 2.0 * steps),
        Task::Infer | Task::Latency => batch * (WARM_UP_STEPS + steps),
        Task::PeakMemoryTrain => 18.0 * batch,
        Task::PeakMemoryInfer | Task::Tokens => 6.0 * batch,
    }
}

/// Optimizer steps of a training cell, and those of one epoch.
fn steps(cell: &Cell) -> (f64, f64) {
    let epoch = (cell.data.train / cell.recipe.batch.max(1)) as f64;
    let all = epoch * cell.recipe.epochs as f64;
    (cell.recipe.steps.map_or(all, |most| all.min(most as f64)), epoch)
}

/// Passes of single images for training.
fn trained(cell: &Cell) -> f64 {
    3.0 * steps(cell).0 * cell.recipe.batch as f64
}

/// Passes of single images for its tests.
fn tested(cell: &Cell) -> f64 {
    let (all, epoch) = steps(cell);
    let epochs = (all / epoch.max(1.0)).ceil();
    (epochs / cell.recipe.eval_every.max(1) as f64).ceil() * cell.data.test as f64
}

/// Rather too much than too little: what its process would need in a set, and the images.
fn memory(cell: &Cell) -> u64 {
    let images = cell.images();
    let pixels = (images.size * images.size * images.channels) as u64;
    let count = (cell.data.train + cell.data.test) as u64;
    room::needed_for(cell, trains(cell.task)).saturating_add(pixels.saturating_mul(count))
}

/// Whether it keeps what a backward pass needs.
fn trains(task: Task) -> bool {
    !matches!(task, Task::Infer | Task::Latency | Task::PeakMemoryInfer)
}
