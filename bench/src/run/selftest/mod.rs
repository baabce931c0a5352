//! Checks whether a device computes correctly. Training steps of small networks run there, by the kernels and in the
//! precision that are asked of it, and on the CPU by Burn's kernels in f32. Their losses must agree. Fusion with
//! autotune has silently given wrong results on Vulkan (Burn issue 5257), and a microkernel may be wrong on a CPU that
//! no test has seen.

mod numerics;
mod trials;

use anyhow::{Context, Result, bail, ensure};

use crate::cell::recipe::Precision;
use crate::cell::{Cell, Task};
use crate::device::{self, Backend, DeviceId};
use crate::files::data::Batches;
use crate::tasks::{Setup, finite, step};

pub use numerics::Numerics;
use numerics::REFERENCE;
use trials::{Trial, trials};

/// Number of steps of each network. The third's loss depends on two backward passes and two optimizer steps. After
/// twice as many, half precision deviates from single precision as much as a wrong result would.
const STEPS: usize = 3;

/// Holds the losses of one network's steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Losses {
    /// Name of the network, and of what it keeps.
    pub name: String,
    /// Loss at each step.
    pub losses: Vec<f64>,
}

/// Compares `id`, asked to compute with these numerics, with the CPU by Burn's kernels in f32. Returns the largest
/// relative difference of two losses, or `None` if the device does not compute in that precision at all.
///
/// # Errors
/// Returns an error if a loss differs by more than [`Numerics::tolerance`], if a step fails, or if the CPU backend is
/// not in this build.
pub fn check(id: DeviceId, numerics: Numerics) -> Result<Option<f64>> {
    ensure!(REFERENCE.0.backend.compiled(), "without the feature flex there is nothing to compare {id} with");
    let device = device::open(id)?;
    if numerics.precision.half().is_some_and(|half| !device.supports_dtype(half)) {
        return Ok(None);
    }
    let found = probe(&trials(numerics), id, numerics).with_context(|| format!("{id}: checking it"))?;
    compare(&expected(numerics)?, &found, numerics.tolerance())
        .map(Some)
        .with_context(|| describe_mismatch(id, numerics))
}

/// Returns the losses that a device with these numerics must have: the CPU's.
///
/// # Errors
/// Returns an error if a step fails.
pub fn expected(numerics: Numerics) -> Result<Vec<Losses>> {
    let trials: Vec<Trial> = trials(numerics).iter().map(Trial::keeping_everything).collect();
    probe(&trials, REFERENCE.0, REFERENCE.1)
}

/// Describes what a wrong loss means, and what may help.
fn describe_mismatch(id: DeviceId, numerics: Numerics) -> String {
    let half = numerics.precision != Precision::F32;
    let fix = match id.backend {
        _ if half => format!("recipe.precision = \"{}\" cannot be used here", numerics.precision.word()),
        Backend::Flex => "try recipe.kernels = \"burn\"".to_owned(),
        Backend::Wgpu => "try a build with `--features wgpu`".to_owned(),
        backend => format!("try a build with `--features {backend}-plain`"),
    };
    format!("{id} gives wrong results {}, so nothing is recorded from it; {fix}", numerics.describe(id))
}

/// Returns the largest relative difference.
///
/// # Errors
/// Returns the first difference above `tolerance`, or one that is no number.
pub fn compare(reference: &[Losses], found: &[Losses], tolerance: f64) -> Result<f64> {
    let mut worst: f64 = 0.0;
    for (reference, found) in reference.iter().zip(found) {
        for (step, (expected, loss)) in reference.losses.iter().zip(&found.losses).enumerate() {
            let difference = (loss / expected - 1.0).abs();
            if difference.is_nan() || difference > tolerance {
                bail!("{}: the loss of step {} is {loss}, on the CPU {expected}", found.name, step + 1);
            }
            worst = worst.max(difference);
        }
    }
    Ok(worst)
}

fn probe(trials: &[Trial], id: DeviceId, numerics: Numerics) -> Result<Vec<Losses>> {
    trials.iter().map(|trial| Ok(Losses { name: trial.name(), losses: losses(trial, id, numerics)? })).collect()
}

fn losses(trial: &Trial, id: DeviceId, numerics: Numerics) -> Result<Vec<f64>> {
    let mut cell = Cell::alone(&trial.model, Task::TrainStep, id)?;
    cell.recipe.batch = 16;
    (cell.recipe.memory, cell.recipe.kernels, cell.recipe.precision) =
        (trial.memory, numerics.kernels, numerics.precision);
    let setup = Setup::new(&cell)?;
    let (mut network, (criterion, mut optimizer)) = (setup.model()?.0, (setup.loss(), setup.optimizer()));
    let batch = Batches::new(&setup.data, cell.recipe.batch).fixed().into_tensors(&setup.device);
    let mut losses = Vec::new();
    for _ in 0..STEPS {
        let (next, loss, _) = step(network, &mut optimizer, &criterion, batch.clone(), 0.05, cell.recipe.precision);
        network = next;
        losses.push(finite(loss).with_context(|| trial.name())?);
    }
    Ok(losses)
}
