//! `skipbench plan`: the cells of a suite, what each is expected to take, shares, and scripts for engines.

mod against;
mod arguments;
mod engine;
mod text;

use std::process::ExitCode;

use anyhow::{Result, ensure};
use serde::Serialize;

use super::{print, print_json, run, say};
use crate::run::plan::{PlannedCell, path};
use crate::run::provenance::Host;
use crate::run::rundir::Plan;
use crate::run::shard::estimate::{Estimate, USUAL_RATE};
use crate::run::shard::partition;

pub(crate) use arguments::PlanArgs;
use engine::Engine;

/// A plan with what it is expected to take, as `--json` prints it.
#[derive(Debug, Serialize)]
struct Expected {
    /// Identity of the plan.
    plan: String,
    suite: String,
    suite_sha256: String,
    /// Multiply-accumulates of a thread in a second, by which seconds are expected.
    rate: f64,
    shards: Vec<ExpectedShare>,
    cells: Vec<ExpectedCell>,
}

/// What a cell is expected to take.
#[derive(Debug, Serialize)]
struct ExpectedCell {
    cell: String,
    path: String,
    #[serde(flatten)]
    estimate: Estimate,
    /// Its share, from 1.
    shard: usize,
    /// Cells that share the machine with it, itself included.
    concurrent: usize,
}

/// What a share is expected to take.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
struct ExpectedShare {
    shard: usize,
    cells: usize,
    seconds: f64,
    /// Of the cells that are done at one time.
    memory_bytes: u64,
}

pub(crate) fn run(arguments: &PlanArgs) -> Result<ExitCode> {
    let request = arguments.request()?;
    let plan = run::plan(&request, &Host::read()?)?;
    if let Some(dir) = &arguments.against {
        return against::run(&plan, dir, arguments.rate, arguments.json);
    }
    let expected = Expected::of(&plan, arguments);
    match arguments.engine {
        Some(engine) => script(engine, &plan, &expected, arguments)?,
        None if arguments.json => print_json(&expected)?,
        None => print(&text::format(&expected, arguments.shards.is_some()))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn script(engine: Engine, plan: &Plan, expected: &Expected, arguments: &PlanArgs) -> Result<()> {
    ensure!(arguments.shards.is_some(), "--for {}: into how many shares? Give --shards N", engine.word());
    let most = engine.most();
    let count = expected.shards.len();
    ensure!(count <= most, "--shards {count}: {} starts at most {most} tasks at a time", engine.word());
    engine.notes().iter().for_each(|note| say(&format!("note: {note}")));
    print(&engine.script(plan, expected, arguments)?)
}

impl Expected {
    fn of(plan: &Plan, arguments: &PlanArgs) -> Self {
        let rate = arguments.rate.unwrap_or(USUAL_RATE);
        let count = arguments.shards.map_or(1, usize::from);
        let shares = partition::shares(&plan.cells, count);
        let cells: Vec<ExpectedCell> =
            plan.cells.iter().zip(shares).map(|(planned, share)| ExpectedCell::of(planned, share + 1, rate)).collect();
        Self {
            plan: plan.identity(),
            suite: plan.suite.clone(),
            suite_sha256: plan.suite_sha256.clone(),
            rate,
            shards: ExpectedShare::all(&cells, count),
            cells,
        }
    }
}

impl ExpectedCell {
    fn of(PlannedCell { cell, .. }: &PlannedCell, shard: usize, rate: f64) -> Self {
        let estimate = Estimate::of(cell, rate);
        Self { cell: cell.id(), path: path(cell), estimate, shard, concurrent: cell.concurrent }
    }
}

impl ExpectedShare {
    fn all(cells: &[ExpectedCell], count: usize) -> Vec<Self> {
        let mut shares: Vec<Self> = (1..=count).map(|shard| Self { shard, ..Self::default() }).collect();
        for ExpectedCell { estimate, shard, concurrent, .. } in cells {
            let share = &mut shares[shard - 1];
            share.cells += 1;
            share.seconds += estimate.seconds / *concurrent as f64;
            share.memory_bytes = share.memory_bytes.max(estimate.memory_bytes.saturating_mul(*concurrent as u64));
        }
        shares
    }
}
