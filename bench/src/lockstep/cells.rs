//! Drives skipbench's cells as programs.

use std::io::Write;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use skipbench_models::{Custom, CustomModel, Model, ModelSpec, Network};

use super::Introduction;
use super::serve::{Program, serve};
use crate::cell::{Cell, Measured, Outcome, Task};
use crate::device;
use crate::run::limits::Limits;
use crate::system::text::describe_error;
use crate::tasks::Setup;
use crate::tasks::driven::prepare;
use crate::tasks::meter::{ceiling, heap};

type Drive = fn(&Cell, Asked) -> Result<()>;

/// Says what is asked of a cell besides its steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Asked {
    /// Share of itself by which each step is made longer.
    pub(crate) planted: f64,
    /// Whether to report what was measured before the first turn, in a long line that only a driver with rows to write
    /// needs.
    pub(crate) measured: bool,
}

static CUSTOM: OnceLock<Drive> = OnceLock::new();

/// Registers how cells of the custom model `C` are driven. Only the first call counts, because a program has one kind.
pub(crate) fn register<C: CustomModel>() {
    CUSTOM.get_or_init(|| drive_as::<Custom<C>>);
}

/// Prepares `cell` and does its steps on request. What keeps the cell from being prepared is reported to the driver.
///
/// # Errors
/// Returns the same, or an error for a closed standard output.
pub(crate) fn drive(cell: &Cell, asked: Asked) -> Result<()> {
    told(limited(cell))?;
    match cell.spec {
        ModelSpec::Custom(_) => told(custom(cell))?(cell, asked),
        _ => drive_as::<Model>(cell, asked),
    }
}

fn limited(cell: &Cell) -> Result<()> {
    let limit = Limits::read().heap_bytes(cell.memory_limit_bytes);
    anyhow::ensure!(heap::limit(limit), "the memory limit of {limit} bytes is below what the program itself needs");
    Ok(())
}

/// Reports to the driver why there is nothing to drive.
fn told<T>(prepared: Result<T>) -> Result<T> {
    prepared.inspect_err(|error| {
        // If nobody listens, the program's end says it.
        let text = describe_error(error).replace('\n', " ");
        let _ = writeln!(std::io::stdout(), "error {text}");
    })
}

fn custom(cell: &Cell) -> Result<Drive> {
    let missing = || format!("{}: this program brings no custom networks; run the one that does", cell.model);
    CUSTOM.get().copied().with_context(missing)
}

/// Does the same as [`drive`], with networks of one kind.
fn drive_as<N: Network>(cell: &Cell, Asked { planted, measured }: Asked) -> Result<()> {
    let setup = told(Setup::new(cell))?;
    let (outcome, mut step) = told(prepare::<N>(&setup))?;
    let mut facts = vec![
        ("task", cell.task.word().to_owned()),
        ("data", cell.source.name()),
        (DEVICE, outcome.device_name.clone()),
        ("threads", cell.threads.to_string()),
        ("params", cell.spec.cost(cell.images())?.params.to_string()),
        ("kernels", cell.recipe.kernels.word().to_owned()),
        ("memory", cell.recipe.memory.word().to_owned()),
        ("precision", cell.recipe.precision.word().to_owned()),
        ("planted", planted.to_string()),
        ("version", env!("SKIPBENCH_VERSION").to_owned()),
    ];
    if measured {
        facts.push((MEASURED, serde_json::to_string(&outcome)?));
    }
    let program = Program { name: &cell.model, units: (cell.batch() as u64, "images"), facts: &facts };
    serve(&program, || match step() {
        Ok(time) => Ok(longer(time, planted)),
        Err(error) => Err(describe_error(&error)),
    })?;
    Ok(())
}

/// Measures what the device of `cell` reaches at best and reports it as [`drive`] does, but has no steps.
///
/// # Errors
/// Returns an error for a device that fails, or a closed standard output.
pub(crate) fn ceilings(cell: &Cell) -> Result<()> {
    let device = told(device::open(cell.device).map_err(Into::into))?;
    let ceiling = ceiling::measure(cell.device, &device, cell.threads, cell.memory_limit_bytes);
    let ceiling = told(ceiling.map_err(Into::into))?;
    let (ceiling_flops_per_s, ceiling_bytes_per_s) = (ceiling.flops_per_s, ceiling.bytes_per_s);
    let measured = Measured { ceiling_flops_per_s, ceiling_bytes_per_s, ..Measured::default() };
    let outcome = Outcome { device_name: device::name(cell.device, &device), measured, samples: Vec::new() };
    let facts = [(MEASURED, serde_json::to_string(&outcome)?)];
    let program = Program { name: "ceilings", units: (1, "measurements"), facts: &facts };
    Ok(serve(&program, || Err::<Duration, _>("ceilings are measured once and have no steps"))?)
}

/// Name of the fact in which a cell names its device.
const DEVICE: &str = "device";

/// Name of the fact in which a cell reports, as JSON, what it measured before its first turn.
const MEASURED: &str = "measured";

/// Returns what a cell measured before its first turn; for one of an earlier version, only its device. There is none if
/// the program is no cell of skipbench.
pub(crate) fn measured(introduction: &Introduction) -> Option<Outcome> {
    let fact = |name: &str| introduction.facts.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let measured = fact(MEASURED).and_then(|json| serde_json::from_str(json).ok());
    measured.or_else(|| Some(Outcome { device_name: fact(DEVICE)?.clone(), ..Outcome::default() }))
}

/// Spins until `time` has become longer by the share `planted`, which is a known slowdown.
fn longer(time: Duration, planted: f64) -> Duration {
    let start = Instant::now();
    let extra = time.mul_f64(planted);
    while start.elapsed() < extra {
        std::hint::spin_loop();
    }
    if planted > 0.0 { time + start.elapsed() } else { time }
}

/// Tasks that consist of steps.
pub(crate) const TASKS: [Task; 3] = [Task::TrainStep, Task::Infer, Task::Latency];
