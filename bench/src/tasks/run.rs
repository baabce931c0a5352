//! Runs the task of a cell, for any kind of network.

use anyhow::{Result, bail};
use skipbench_models::Network;

use super::checkpoint::Checkpoints;
use super::interface::Report;
use super::setup::Setup;
use super::{epoch, memory, throughput, train};
use crate::cell::{Cell, Outcome, Task};
use crate::device;
use crate::tasks::meter::load;

/// Runs a cell: loads its images, opens its device, does its task.
///
/// Training continues from `checkpoints` and keeps them, if given.
///
/// # Errors
/// Returns what keeps the cell from being measured and verified.
pub(crate) fn run_as<N: Network>(
    cell: &Cell,
    checkpoints: Option<Checkpoints>,
    report: &mut Report,
) -> Result<Outcome> {
    let mut setup = Setup::new(cell)?;
    let load = cell.task.is_timed().then(load::Span::start).flatten();
    let (measured, samples) = match cell.task {
        Task::Train | Task::TimeToAccuracy => train::run::<N>(&setup, checkpoints, report)?,
        Task::TrainStep => throughput::train_step::<N>(&setup, report)?,
        Task::TrainEpoch => epoch::run::<N>(&setup, report)?,
        Task::Infer | Task::Latency => throughput::infer::<N>(&setup, report)?,
        Task::PeakMemoryTrain => memory::train::<N>(&mut setup, report)?,
        Task::PeakMemoryInfer => memory::infer::<N>(&mut setup, report)?,
        Task::Gradients | Task::Identity | Task::Reuse | Task::Tokens => {
            bail!("{} looks inside a network, which only built-in ones allow", cell.task.word())
        }
    };
    let measured = setup.with_machine(measured, load.map(load::Span::end).unwrap_or_default())?;
    Ok(Outcome { device_name: device::name(cell.device, &setup.device), measured, samples })
}
