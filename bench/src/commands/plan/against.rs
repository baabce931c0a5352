//! What was expected beside what was measured, task by task.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use serde::Serialize;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store;
use skipbench_reports::stats::median;

use crate::cell::{Cell, Task};
use crate::commands::{format_table, print, print_json};
use crate::run::rundir::Plan;
use crate::run::shard::estimate::{Estimate, USUAL_RATE, macs};

/// One task.
#[derive(Debug, Serialize)]
struct Checked {
    task: &'static str,
    /// Cells that are planned and were measured.
    cells: usize,
    expected_seconds: f64,
    measured_seconds: f64,
    /// The median over cells of measured over expected seconds, and the greatest.
    ratio_median: Option<f64>,
    ratio_most: Option<f64>,
    /// Multiply-accumulates of a thread in a second, over all its cells.
    rate: f64,
    /// Cells whose process had more memory than was expected, of those that say.
    memory_above: usize,
    memory_known: usize,
}

/// Holds the plan against the rows in `dir` that measured its cells.
pub(super) fn run(plan: &Plan, dir: &Path, rate: Option<f64>, json: bool) -> Result<ExitCode> {
    let rows: Vec<RunRow> = store::read(dir)?.into_iter().map(|run| run.row).collect();
    let tasks = checked(plan, &rows, rate.unwrap_or(USUAL_RATE));
    ensure!(
        !tasks.is_empty(),
        "{}: no row of a cell of this plan; give the suite and the options that the run was started with",
        dir.display()
    );
    if json {
        print_json(&tasks)?;
    } else {
        print(&format(&tasks))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A cell with its estimate and its row.
type Pair<'a> = (&'a Cell, Estimate, &'a RunRow);

fn checked(plan: &Plan, rows: &[RunRow], rate: f64) -> Vec<Checked> {
    let by_cell: HashMap<&str, &RunRow> =
        rows.iter().filter(|row| row.status == Status::Ok).map(|row| (row.cell.as_str(), row)).collect();
    let pair = |cell: &'_ Cell| by_cell.get(cell.id().as_str()).map(|row| (Estimate::of(cell, rate), *row));
    let cells = plan.cells.iter().map(|planned| &planned.cell);
    let pairs: Vec<Pair<'_>> =
        cells.filter_map(|cell| pair(cell).map(|(estimate, row)| (cell, estimate, row))).collect();
    let sets = sets(&pairs);
    let of = |task: Task| {
        let own: Vec<Pair<'_>> = pairs.iter().copied().filter(|(cell, ..)| cell.task == task).collect();
        (!own.is_empty()).then(|| Checked::of(task, &own, &sets))
    };
    Task::ALL.into_iter().filter_map(of).collect()
}

/// What a set is known by.
type SetKey<'a> = (&'a str, &'a str, &'a str, u64);

fn set_key(row: &RunRow) -> Option<SetKey<'_>> {
    Some((&row.group, &row.task, &row.device, row.set?))
}

/// How many cells each set has: each has the whole set's time in its row.
fn sets<'a>(pairs: &[Pair<'a>]) -> HashMap<SetKey<'a>, usize> {
    let mut sets = HashMap::new();
    for key in pairs.iter().filter_map(|(.., row)| set_key(row)) {
        *sets.entry(key).or_default() += 1;
    }
    sets
}

impl Checked {
    fn of(task: Task, pairs: &[Pair<'_>], sets: &HashMap<SetKey<'_>, usize>) -> Self {
        let members = |row: &RunRow| set_key(row).and_then(|key| sets.get(&key)).map_or(1.0, |count| *count as f64);
        let measured = |row: &RunRow| row.wall_ns as f64 / 1e9 / members(row);
        let ratios: Vec<f64> = pairs.iter().map(|(_, estimate, row)| measured(row) / estimate.seconds).collect();
        let measured_seconds: f64 = pairs.iter().map(|(.., row)| measured(row)).sum();
        let threads_seconds: f64 = pairs.iter().map(|(cell, _, row)| measured(row) * cell.threads as f64).sum();
        let memory = pairs.iter().filter_map(|(_, estimate, row)| Some((estimate.memory_bytes, row.rss_peak_bytes?)));
        Self {
            task: task.word(),
            cells: pairs.len(),
            expected_seconds: pairs.iter().map(|(_, estimate, _)| estimate.seconds).sum(),
            measured_seconds,
            ratio_median: median(&ratios),
            ratio_most: ratios.iter().copied().reduce(f64::max),
            rate: pairs.iter().map(|(cell, ..)| macs(cell)).sum::<f64>() / threads_seconds.max(1e-9),
            memory_above: memory.clone().filter(|(expected, measured)| measured > expected).count(),
            memory_known: memory.count(),
        }
    }
}

fn format(tasks: &[Checked]) -> String {
    let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.2}"));
    let row = |checked: &Checked| {
        vec![
            checked.task.to_owned(),
            checked.cells.to_string(),
            super::text::seconds(checked.expected_seconds),
            super::text::seconds(checked.measured_seconds),
            number(checked.ratio_median),
            number(checked.ratio_most),
            format!("{:.1}G", checked.rate / 1e9),
            format!("{} of {}", checked.memory_above, checked.memory_known),
        ]
    };
    let header = ["task", "cells", "expected", "measured", "ratio", "most", "rate", "above memory"];
    let table = format_table(&header, tasks.iter().map(row).collect(), 1);
    format!("{table}\"Ratio\" is the median over cells of measured by expected time; `--rate` takes another rate.\n")
}
