//! Decides which code runs a cell: a network of this project's models, or one that the program brings.

use anyhow::Result;
use skipbench_models::{Model, ModelSpec};

use super::checkpoint::Checkpoints;
use super::interface::Report;
use super::run::run_as;
use super::{custom, inside};
use crate::cell::{Cell, Outcome};

/// Runs a cell with one of the networks of this program.
///
/// # Errors
/// Returns the errors of `run_as`.
pub fn run(cell: &Cell, checkpoints: Option<Checkpoints>, report: &mut Report) -> Result<Outcome> {
    match cell.spec {
        ModelSpec::Custom(_) => custom::run(cell, checkpoints, report),
        _ if cell.task.looks_inside() => inside::run(cell, checkpoints, report),
        _ => run_as::<Model>(cell, checkpoints, report),
    }
}
