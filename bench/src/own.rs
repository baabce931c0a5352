//! Networks that another program brings ([`Own`]): known to the parent by name and to the child by how they are built.
//!
//! A program registers them once, before anything else ([`cli::main_with`](crate::cli::main_with)).

use std::sync::OnceLock;

use anyhow::{Context, Result};
use skipbench_models::{Images, ModelSpec, Own, OwnConfig, OwnNetwork};

use crate::cell::{Cell, Outcome};
use crate::checkpoint::Checkpoints;
use crate::lockstep::cells;
use crate::tasks::{self, Report};

type Run = fn(&Cell, Option<Checkpoints>, &mut Report) -> Result<Outcome>;
type Drive = fn(&Cell, f64) -> Result<()>;

struct Registry {
    configs: fn(Images) -> Vec<OwnConfig>,
    run: Run,
    drive: Drive,
}

static REGISTRY: OnceLock<Registry> = OnceLock::new();

/// Makes the networks of `O` known. Only the first call counts: a program has one kind.
pub fn register<O: Own>() {
    REGISTRY.get_or_init(|| Registry {
        configs: O::configs,
        run: tasks::run_as::<OwnNetwork<O>>,
        drive: cells::drive_as::<OwnNetwork<O>>,
    });
}

/// Every network that was registered, for images of that shape.
pub fn configs(images: Images) -> Vec<OwnConfig> {
    REGISTRY.get().map_or(Vec::new(), |registry| (registry.configs)(images))
}

/// The registered network of that name.
pub fn find(name: &str, images: Images) -> Option<ModelSpec> {
    configs(images).into_iter().find(|config| config.name == name).map(ModelSpec::Own)
}

/// Runs a cell of a registered network.
///
/// # Errors
/// If this program has none, or as [`tasks::run_as`].
pub(crate) fn run(cell: &Cell, checkpoints: Option<Checkpoints>, report: &mut Report) -> Result<Outcome> {
    (registry(cell)?.run)(cell, checkpoints, report)
}

/// Drives the steps of a registered network.
///
/// # Errors
/// If this program has none, or as [`cells::drive`].
pub(crate) fn drive(cell: &Cell, planted: f64) -> Result<()> {
    (registry(cell)?.drive)(cell, planted)
}

fn registry(cell: &Cell) -> Result<&'static Registry> {
    REGISTRY
        .get()
        .with_context(|| format!("{}: this program brings no networks of its own; run the one that does", cell.model))
}
