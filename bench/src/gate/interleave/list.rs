//! Lists the cells of a suite, as a program has them, and those among them that take turns.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use skipbench_reports::rows::store;

use super::{ensure_not_interrupted, guarded};
use crate::cell::{Cell, Task};
use crate::lockstep::cells::TASKS;
use crate::lockstep::process::guard::output;
use crate::run::plan::PlannedCell;
use crate::system::executable::Executable;

/// A cell of the suite.
#[derive(Debug, Clone)]
pub(in crate::gate) struct Listed {
    /// Cell as this program reads it.
    pub(super) planned: PlannedCell,
    /// Cell as the program that listed it writes it.
    pub(super) json: Value,
}

/// Lists the cells of the suite of that text, except for twins, as a program has them. Errors call the program `role`.
///
/// # Errors
/// Returns an error if it cannot run the suite, or is not skipbench.
pub(in crate::gate) fn list(program: &Executable, role: &str, suite: &str, cpus: usize) -> Result<Vec<Listed>> {
    let file = tempfile::Builder::new().suffix(".toml").tempfile()?;
    store::replace(file.path(), suite)?;
    let words = ["run".as_ref(), file.path().as_os_str(), "--list".as_ref(), "--json".as_ref()];
    let name = format!("{role}, {}", program.name().display());
    let output = output(guarded(program)?.args(words).stderr(Stdio::inherit())).with_context(|| name.clone())?;
    ensure_not_interrupted(&output)?;
    ensure!(
        output.status.success(),
        "{name}: it cannot list the suite's cells ({}); a skipbench program that knows this suite is needed there",
        output.status
    );
    let no_list = || {
        format!(
            "{name}: no skipbench program: `run SUITE --list --json` should print the suite's cells as JSON, and did not; \
             give the path of a build of skipbench"
        )
    };
    let cells: Vec<Value> = serde_json::from_slice(&output.stdout).with_context(no_list)?;
    let listed = |mut json: Value| {
        ensure!(json["cell"].is_object(), no_list());
        limit_threads(&mut json["cell"], cpus);
        let planned = serde_json::from_value(json.clone()).with_context(no_list)?;
        Ok(Listed { planned, json })
    };
    let cells: Vec<Listed> = cells.into_iter().map(listed).collect::<Result<_>>()?;
    Ok(cells.into_iter().filter(|listed| !listed.planned.cell.twin).collect())
}

/// Limits the threads of a timed cell to the number of processors.
fn limit_threads(cell: &mut Value, cpus: usize) {
    let is_timed = TASKS.iter().any(|task| cell["task"] == task.word());
    if let Some(threads) = cell["threads"].as_u64().filter(|_| is_timed) {
        cell["threads"] = threads.min(cpus as u64).into();
    }
}

/// Returns what distinguishes a timed cell from others. A seed, round or set is a repetition of it.
fn key(cell: &Cell) -> (String, String, Task, String, Option<u64>) {
    let point = cell.sweep.as_ref().map(|point| point.value);
    (cell.group.clone(), cell.model.clone(), cell.task, cell.device.to_string(), point)
}

/// A timed cell, as both programs have it.
#[derive(Debug)]
pub(super) struct TimedCell<'a> {
    pub(super) base: &'a Listed,
    pub(super) head: &'a Listed,
}

/// Returns the cells that take turns, each once.
///
/// # Errors
/// Returns an error if the head lacks one of the base's.
pub(super) fn timed<'a>(base: &'a [Listed], head: &'a [Listed]) -> Result<Vec<TimedCell<'a>>> {
    let mut cells: Vec<TimedCell<'a>> = Vec::new();
    for base in base.iter().filter(|listed| TASKS.contains(&listed.planned.cell.task)) {
        let own = key(&base.planned.cell);
        if cells.iter().any(|other| key(&other.base.planned.cell) == own) {
            continue;
        }
        let head = head.iter().find(|listed| key(&listed.planned.cell) == own);
        let label = base.planned.cell.label();
        let head =
            head.with_context(|| format!("the head lacks {label}, which the base has; give both the same --suite"))?;
        cells.push(TimedCell { base, head });
    }
    Ok(cells)
}

/// Returns the tasks whose cells each program measures by itself, each once.
pub(super) fn untimed(cells: &[Listed]) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::new();
    for task in cells.iter().map(|listed| listed.planned.cell.task).filter(|task| !TASKS.contains(task)) {
        if !tasks.contains(&task) {
            tasks.push(task);
        }
    }
    tasks
}
