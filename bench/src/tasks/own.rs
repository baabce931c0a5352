//! Networks that another program brings ([`Own`]): known to the parent by name and to the child by how they are built.
//!
//! A program registers them once, before anything else ([`cli::main_with`](crate::commands::cli::main_with)).

use std::sync::OnceLock;

use anyhow::{Context, Result};
use skipbench_models::{Images, ModelSpec, Own, OwnConfig, OwnNetwork};

use crate::cell::{Cell, Outcome};
use crate::tasks::checkpoint::Checkpoints;
use crate::tasks::{self, Report};

type Run = fn(&Cell, Option<Checkpoints>, &mut Report) -> Result<Outcome>;

struct Registry {
    configs: fn(Images) -> Vec<OwnConfig>,
    run: Run,
}

static REGISTRY: OnceLock<Registry> = OnceLock::new();

/// Makes the networks of `O` known. Only the first call counts: a program has one kind.
pub fn register<O: Own>() {
    REGISTRY.get_or_init(|| Registry { configs: O::configs, run: tasks::run_as::<OwnNetwork<O>> });
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
    let registry = REGISTRY.get().with_context(|| {
        format!("{}: this program brings no networks of its own; run the one that does", cell.model)
    })?;
    (registry.run)(cell, checkpoints, report)
}
