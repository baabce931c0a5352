//! Workloads that look inside a network: gradients, what its blocks learn and need, what its tokens become.
//!
//! None of them is timed. Their results are series of `samples.csv`; the index is a layer, a block or a lag, not an
//! epoch. A number that does not exist, such as the gradient of what the loss does not depend on, is left out.

pub(crate) mod correlation;
mod gradients;
mod identity;
pub(crate) mod rank;
mod reuse;
mod tokens;

use anyhow::{Result, bail};
use burn::tensor::TensorData;
use skipbench_models::Model;

use super::{Report, Setup, TaskResult};
use crate::cell::{Cell, Outcome, Progress, Sample, Task};
use crate::data::{Augment, Batch, Batches};
use crate::device;
use crate::tasks::checkpoint::Checkpoints;

/// Runs such a cell.
pub(crate) fn run(cell: &Cell, checkpoints: Option<Checkpoints>, report: &mut Report) -> Result<Outcome> {
    let setup = Setup::new(cell)?;
    let (measured, samples) = match cell.task {
        Task::Gradients => gradients::run(&setup, checkpoints, report)?,
        Task::Identity => identity::run(&setup, report)?,
        Task::Reuse => reuse::run(&setup, checkpoints, report)?,
        Task::Tokens => tokens::run(&setup, report)?,
        other => bail!("{} does not look inside a network", other.word()),
    };
    Ok(Outcome { device_name: device::name(cell.device, &setup.device), measured, samples })
}

/// The batch that looks are taken with: the first of the seed's first epoch, without augmentation.
fn probe_batch(setup: &Setup) -> Batch {
    let batches = Batches::new(&setup.data, setup.recipe().batch);
    batches.train(setup.cell.seed, 1, Augment::NONE).next().unwrap_or_else(|| batches.fixed())
}

/// Step `done` of `total`.
fn report_progress(report: &mut Report, done: u64, total: u64) {
    report(Progress { done, total, epoch: 0, epochs: 0, loss: None });
}

/// A sample if there is a number and it is finite.
fn sample(series: &str, index: usize, value: Option<f64>) -> Option<Sample> {
    value.filter(|value| value.is_finite()).map(|value| Sample::new(series, index as u64, value))
}

/// The Euclidean norm, summed in f64 on the host: squares of large gradients leave the range of f32.
fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum::<f64>().sqrt()
}

fn norm_of(data: &TensorData) -> f64 {
    norm(data.iter::<f64>())
}

/// The standard deviation of all numbers of a tensor.
fn deviation(data: &TensorData) -> f64 {
    let count = data.num_elements().max(1) as f64;
    let mean = data.iter::<f64>().sum::<f64>() / count;
    (data.iter::<f64>().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
}

/// The network at its start, built anew: running statistics are shared between copies, so that a look would leave
/// traces in the one that is trained.
fn fresh(setup: &Setup) -> Result<Model> {
    setup.model().map(|(model, _)| model)
}
