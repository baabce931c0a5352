//! Holds workloads that look inside a network: gradients, what its blocks learn and need, and what its tokens become.
//!
//! None of them is timed. Their results are series of `samples.csv`, whose index is a layer, a block or a lag, not an
//! epoch. A number that does not exist, such as the gradient of what the loss does not depend on, is left out.

pub(crate) mod correlation;
mod gradients;
mod identity;
mod look;
pub(crate) mod rank;
mod reuse;
mod sample;
mod tokens;

use anyhow::{Result, bail};

use super::checkpoint::Checkpoints;
use super::interface::Report;
use super::setup::Setup;
use crate::cell::{Cell, Outcome, Task};
use crate::device;

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
