//! Turns a sitting into rows: one for each program and set, as a run writes them.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use skipbench_ci::finding::BASE;
use skipbench_reports::rows::record::{Measured, Status};
use skipbench_reports::rows::store::Run;

use super::list::{Listed, TimedCell};
use super::side::Side;
use crate::cell::Outcome;
use crate::gate::sitting::{SetSeen, Sitting};
use crate::lockstep::session::REFERENCE;
use crate::lockstep::set::Pace;
use crate::run::plan::PlannedCell;
use crate::run::provenance::Provenance;
use crate::run::row;
use crate::run::runner::{CellFailure, CellResult};
use crate::run::sitting::outcome::{Members, Party, results};
use crate::tasks::meter::load::Load;

/// Returns all rows of a sitting, each with its side and its planned cell.
pub(super) fn of(
    sitting: &Sitting,
    cell: &TimedCell<'_>,
    has_relinked: bool,
    provenance: &Provenance,
) -> Vec<(Side, Run, Value)> {
    let relinked = has_relinked.then_some(Side::Relinked);
    // In the order of a session's members; the last is the base once more.
    let sides: Vec<Side> = [Side::Base, Side::Head].into_iter().chain(relinked).chain([Side::Base]).collect();
    let mut rows = Vec::new();
    for (number, set) in (1..).zip(&sitting.sets) {
        let members: Vec<Listed> =
            (0..).zip(&sides).map(|(member, side)| listed(sitting, cell, *side, member, number)).collect();
        for ((side, listed), ended) in sides.iter().zip(members.iter()).zip(ended(sitting, &members, set)) {
            let run = run(&listed.planned, &ended, provenance, set.started, set.wall);
            rows.push((*side, run, listed.json.clone()));
        }
    }
    rows
}

/// Returns a row of a cell that was not measured, and its planned cell.
pub(super) fn failed(listed: &Listed, why: &str, provenance: &Provenance) -> (Run, Value) {
    let Listed { planned, json } = in_set(listed, 1, false);
    let ended = Err(CellFailure::new(Status::Failed, why));
    (run(&planned, &ended, provenance, Timestamp::now(), Duration::ZERO), json)
}

/// Returns the cell of a member of a set.
fn listed(sitting: &Sitting, cell: &TimedCell<'_>, side: Side, member: usize, number: u64) -> Listed {
    let listed = if side == Side::Head { cell.head } else { cell.base };
    in_set(listed, number, member == sitting.session.twin())
}

fn in_set(listed: &Listed, number: u64, twin: bool) -> Listed {
    let mut own = listed.clone();
    (own.planned.cell.set, own.planned.cell.round, own.planned.cell.twin) = (Some(number), 0, twin);
    (own.json["cell"]["set"], own.json["cell"]["round"], own.json["cell"]["twin"]) =
        (json!(number), json!(0), json!(twin));
    own
}

fn run(planned: &PlannedCell, ended: &CellResult, provenance: &Provenance, started: Timestamp, wall: Duration) -> Run {
    let (row, samples) = row::rows(planned, ended, provenance, started.to_string(), wall);
    Run { row, samples }
}

/// Returns how each program's part in a set ended.
fn ended(sitting: &Sitting, members: &[Listed], set: &SetSeen) -> Vec<CellResult> {
    let cells: Vec<PlannedCell> = members.iter().map(|listed| listed.planned.clone()).collect();
    let warm_up = Pace::default().warm_up;
    let members = Members { cells: &cells, reference: Some(REFERENCE), called: BASE, warm_up };
    let party = Party { members: (0..cells.len()).collect(), record: set.record.clone() };
    let results = (0..).zip(results(&members, &[party]));
    results.map(|(member, result)| loaded(explained(result, sitting, member, set), set.load)).collect()
}

/// Explains a program that took no part, or has no ratio, by what the session knows of it.
fn explained(result: CellResult, sitting: &Sitting, member: usize, set: &SetSeen) -> CellResult {
    let lacks = match &result {
        Ok(outcome) => member != REFERENCE && outcome.measured.time_ratio.is_none(),
        Err(_) => set.record.broken.iter().all(|(broken, _)| *broken != member),
    };
    match &sitting.session.members[member].error {
        Some(error) if lacks => Err(CellFailure::new(Status::Failed, error.as_str())),
        _ => result,
    }
}

fn loaded(result: CellResult, load: Load) -> CellResult {
    let Load { other_cores: other_load_cores, mhz: cpu_mhz } = load;
    result.map(|outcome| {
        let measured = Measured { other_load_cores, cpu_mhz, ..outcome.measured };
        Outcome { measured, ..outcome }
    })
}
