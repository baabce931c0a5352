//! skipbench's cells as programs that are driven.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use skipbench_models::{Custom, CustomModel, Model, ModelSpec, Network};

use super::serve::{Program, serve};
use crate::cell::{Cell, Task};
use crate::device;
use crate::tasks::meter::heap;
use crate::tasks::{Setup, stepper};

type Drive = fn(&Cell, f64) -> Result<()>;

static CUSTOM: OnceLock<Drive> = OnceLock::new();

/// Makes it known how cells of the custom model `C` are driven. Only the first call counts: a program has one kind.
pub(crate) fn register<C: CustomModel>() {
    CUSTOM.get_or_init(|| drive_as::<Custom<C>>);
}

/// Prepares `cell` and does its steps on request, each made longer by the share `planted` of itself.
///
/// # Errors
/// Whatever keeps the cell from being prepared, or a closed standard output.
pub(crate) fn drive(cell: &Cell, planted: f64) -> Result<()> {
    anyhow::ensure!(
        heap::limit(cell.memory_limit_bytes),
        "the memory limit of {} bytes is below what the program itself needs",
        cell.memory_limit_bytes
    );
    match cell.spec {
        ModelSpec::Custom(_) => custom(cell)?(cell, planted),
        _ => drive_as::<Model>(cell, planted),
    }
}

fn custom(cell: &Cell) -> Result<Drive> {
    let missing = || format!("{}: this program brings no networks of its own; run the one that does", cell.model);
    CUSTOM.get().copied().with_context(missing)
}

/// [`drive`] with networks of one kind.
fn drive_as<N: Network>(cell: &Cell, planted: f64) -> Result<()> {
    let setup = Setup::new(cell)?;
    let mut step = stepper::<N>(&setup)?;
    // The first step compiles kernels and takes memory.
    step()?;
    let facts = [
        ("task", cell.task.word().to_owned()),
        ("data", cell.source.name()),
        ("device", device::name(cell.device, &setup.device)),
        ("threads", cell.threads.to_string()),
        ("params", cell.spec.cost(cell.images())?.params.to_string()),
        ("kernels", cell.recipe.kernels.word().to_owned()),
        ("memory", cell.recipe.memory.word().to_owned()),
        ("precision", cell.recipe.precision.word().to_owned()),
        ("planted", planted.to_string()),
        ("version", env!("SKIPBENCH_VERSION").to_owned()),
    ];
    let program = Program { name: &cell.model, units: (cell.batch() as u64, "images"), facts: &facts };
    serve(&program, || step().map(|time| longer(time, planted)))?;
    Ok(())
}

/// Spins until `time` has become longer by the share `planted`: a slowdown that is known.
fn longer(time: Duration, planted: f64) -> Duration {
    let start = Instant::now();
    let extra = time.mul_f64(planted);
    while start.elapsed() < extra {
        std::hint::spin_loop();
    }
    if planted > 0.0 { time + start.elapsed() } else { time }
}

/// The tasks that consist of steps.
pub(crate) const TASKS: [Task; 3] = [Task::TrainStep, Task::Infer, Task::Latency];
