//! What a cell's process does: the [`worker`] reads the cell, [`dispatch`] picks the workload, of which each is a file,
//! and all of them start from a [`Setup`].

pub(crate) mod checkpoint;
pub(crate) mod custom;
pub(crate) mod dispatch;
mod epoch;
pub(crate) mod inside;
pub(crate) mod memory;
pub(crate) mod precision;
mod setup;
mod step;
mod throughput;
mod train;
pub(crate) mod worker;

use anyhow::{Result, bail};
use skipbench_models::Network;

use crate::cell::{Cell, Measured, Outcome, Progress, Sample, Task};
use crate::device;
use crate::meter::load;
use checkpoint::Checkpoints;

pub use setup::Setup;
pub use step::step;
pub(crate) use step::{finite, shape_word};
pub(crate) use throughput::stepper;

/// Hears how far a task is.
pub(crate) type Report<'a> = dyn FnMut(Progress) + 'a;

/// Runs a cell: loads its images, opens its device, does its task.
///
/// Training goes on from `checkpoints` and keeps them, if given.
///
/// # Errors
/// Whatever keeps the cell from being measured and verified.
pub(crate) fn run_as<N: Network>(
    cell: &Cell,
    checkpoints: Option<Checkpoints>,
    report: &mut Report,
) -> Result<Outcome> {
    let setup = Setup::new(cell)?;
    let load = cell.task.is_timed().then(load::Span::start).flatten();
    let (measured, samples) = match cell.task {
        Task::Train | Task::TimeToAccuracy => train::run::<N>(&setup, checkpoints, report)?,
        Task::TrainStep => throughput::train_step::<N>(&setup, report)?,
        Task::TrainEpoch => epoch::run::<N>(&setup, report)?,
        Task::Infer | Task::Latency => throughput::infer::<N>(&setup, report)?,
        Task::PeakMemoryTrain => memory::train::<N>(&setup, report)?,
        Task::PeakMemoryInfer => memory::infer::<N>(&setup, report)?,
        Task::Gradients | Task::Identity | Task::Reuse | Task::Tokens => {
            bail!("{} looks inside a network, which only built-in ones allow", cell.task.word())
        }
    };
    let measured = setup.with_machine(measured, load.map(load::Span::end).unwrap_or_default())?;
    Ok(Outcome { device_name: device::name(cell.device, &setup.device), measured, samples })
}

/// What a task gives.
type TaskResult = Result<(Measured, Vec<Sample>)>;
