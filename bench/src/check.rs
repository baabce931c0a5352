//! Whether a device computes right: training steps of small networks there and on the CPU must lose alike. Fusion with
//! autotune has given wrong results on Vulkan (Burn issue 5257), quietly and fast.

use anyhow::{Context, Result, bail, ensure};

use crate::cell::{Cell, Task};
use crate::data::Batches;
use crate::device::{Backend, DeviceId};
use crate::tasks::{Setup, finite, step};

/// One small network of every family.
const MODELS: [&str; 4] = ["plain8-w4", "resnet8-w4", "densenet-7-4", "vit-d1-w8-h2-p4"];

/// Steps of each; the third's loss depends on two backward passes and two optimiser steps.
const STEPS: usize = 3;

/// Relative differences above this are errors: f32 sums in another order differ by less.
pub const TOLERANCE: f64 = 1e-3;

/// The losses of one network's steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Losses {
    /// The network.
    pub model: &'static str,
    /// The loss at each step.
    pub losses: Vec<f64>,
}

/// Compares `id` with the CPU; gives the largest relative difference of two losses.
///
/// # Errors
/// If a loss differs by more than [`TOLERANCE`], a step fails, or the CPU backend is not in this build.
pub fn check(id: DeviceId) -> Result<f64> {
    let flex = DeviceId { backend: Backend::Flex, index: 0 };
    ensure!(flex.backend.compiled(), "without the feature flex there is nothing to compare {id} with");
    let (reference, found) = (probe(flex)?, probe(id).with_context(|| format!("{id}: checking it"))?);
    compare(&reference, &found).with_context(|| {
        format!("{id} computes wrong, so nothing is recorded from it; a build with `--features {}` may not", plain(id))
    })
}

/// The feature that leaves fusion and autotune out.
fn plain(id: DeviceId) -> String {
    match id.backend {
        Backend::Flex | Backend::Wgpu => "wgpu".to_owned(),
        backend => format!("{backend}-plain"),
    }
}

/// The largest relative difference.
///
/// # Errors
/// The first above [`TOLERANCE`], or one that is no number.
pub fn compare(reference: &[Losses], found: &[Losses]) -> Result<f64> {
    let mut worst: f64 = 0.0;
    for (reference, found) in reference.iter().zip(found) {
        for (step, (expected, loss)) in reference.losses.iter().zip(&found.losses).enumerate() {
            let difference = (loss / expected - 1.0).abs();
            if difference.is_nan() || difference > TOLERANCE {
                bail!("{}: the loss of step {} is {loss}, on the CPU {expected}", reference.model, step + 1);
            }
            worst = worst.max(difference);
        }
    }
    Ok(worst)
}

fn probe(id: DeviceId) -> Result<Vec<Losses>> {
    MODELS.iter().map(|model| Ok(Losses { model, losses: losses(model, id)? })).collect()
}

fn losses(model: &str, id: DeviceId) -> Result<Vec<f64>> {
    let mut cell = Cell::alone(model, Task::TrainStep, id)?;
    cell.recipe.batch = 16;
    let setup = Setup::new(&cell)?;
    let (mut network, (criterion, mut optimizer)) = (setup.model()?.0, (setup.loss(), setup.optimizer()));
    let batch = Batches::new(&setup.data, cell.recipe.batch).fixed().into_tensors(&setup.device);
    let mut losses = Vec::new();
    for _ in 0..STEPS {
        let (next, loss, _) = step(network, &mut optimizer, &criterion, batch.clone(), 0.05, cell.recipe.precision);
        network = next;
        losses.push(finite(loss)?);
    }
    Ok(losses)
}
