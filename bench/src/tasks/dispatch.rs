//! Which code does a cell: a network of this crate's models, or one that the program brings.

use anyhow::Result;
use skipbench_models::{Model, ModelSpec};

use super::custom;
use crate::cell::{Cell, Outcome};
use crate::tasks::checkpoint::Checkpoints;
use crate::tasks::{self, Report, inside};

/// Does a cell with one of the networks of this program.
///
/// # Errors
/// As `tasks::run_as`.
pub fn run(cell: &Cell, checkpoints: Option<Checkpoints>, report: &mut Report) -> Result<Outcome> {
    match cell.spec {
        ModelSpec::Custom(_) => custom::run(cell, checkpoints, report),
        _ if cell.task.looks_inside() => inside::run(cell, checkpoints, report),
        _ => tasks::run_as::<Model>(cell, checkpoints, report),
    }
}
