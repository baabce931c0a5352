//! Runs cells of custom models, which the program brings ([`CustomModel`]), in the child. The parent knows their names
//! (`cell::custom`).

use std::sync::OnceLock;

use anyhow::{Context, Result};
use skipbench_models::{Custom, CustomModel};

use super::checkpoint::Checkpoints;
use super::interface::Report;
use super::run::run_as;
use crate::cell::{Cell, Outcome};

type RunCell = fn(&Cell, Option<Checkpoints>, &mut Report) -> Result<Outcome>;

static RUN: OnceLock<RunCell> = OnceLock::new();

/// Registers how cells of `C` are run. Only the first call counts, because a program has one kind.
pub(crate) fn register<C: CustomModel>() {
    RUN.get_or_init(|| run_as::<Custom<C>>);
}

/// Runs a cell of a custom model.
///
/// # Errors
/// Returns an error if this program has none, or the errors of [`run_as`].
pub(super) fn run(cell: &Cell, checkpoints: Option<Checkpoints>, report: &mut Report) -> Result<Outcome> {
    let run = RUN
        .get()
        .with_context(|| format!("{}: this program brings no custom networks; run the one that does", cell.model))?;
    run(cell, checkpoints, report)
}
