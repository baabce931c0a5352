//! From a sitting to rows: one for each program and set.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use skipbench_ci::finding::BASE;
use skipbench_reports::rows::record::{Measured, Status};
use skipbench_reports::rows::series;
use skipbench_reports::rows::store::Run;
use skipbench_reports::stats;

use super::list::{Listed, TimedCell};
use super::side::Side;
use crate::cell::{Outcome, Sample};
use crate::gate::sitting::{HEAD, RELINKED, SetClock, Sitting};
use crate::lockstep::Introduction;
use crate::lockstep::session::REFERENCE;
use crate::lockstep::set::TurnRecord;
use crate::run::provenance::Provenance;
use crate::run::row;
use crate::run::runner::{CellFailure, CellResult};

/// All rows of a sitting, each with its side and its planned cell.
pub(super) fn of(
    sitting: &Sitting,
    cell: &TimedCell<'_>,
    has_relinked: bool,
    provenance: &Provenance,
) -> Vec<(Side, Run, Value)> {
    let twin = sitting.session.twin();
    let mut members = vec![(Side::Base, REFERENCE), (Side::Base, twin), (Side::Head, HEAD)];
    members.extend(has_relinked.then_some((Side::Relinked, RELINKED)));
    let mut rows = Vec::new();
    for (number, clock) in (1..).zip(&sitting.clocks) {
        for (side, member) in &members {
            let listed = if *side == Side::Head { cell.head } else { cell.base };
            let planned = in_set(listed, number, *member == twin);
            let ended = ended(sitting, *member, number);
            let run = run(&planned, &ended, provenance, clock);
            rows.push((*side, run, planned.json));
        }
    }
    rows
}

/// A row of a cell that was not measured, and its planned cell.
pub(super) fn failed(listed: &Listed, why: &str, provenance: &Provenance) -> (Run, Value) {
    let planned = in_set(listed, 1, false);
    let clock = SetClock { started: Timestamp::now(), wall: Duration::ZERO };
    let run = run(&planned, &Err(CellFailure::new(Status::Failed, why)), provenance, &clock);
    (run, planned.json)
}

fn in_set(listed: &Listed, number: u64, twin: bool) -> Listed {
    let mut own = listed.clone();
    (own.planned.cell.set, own.planned.cell.round, own.planned.cell.twin) = (Some(number), 0, twin);
    (own.json["cell"]["set"], own.json["cell"]["round"], own.json["cell"]["twin"]) =
        (json!(number), json!(0), json!(twin));
    own
}

fn run(listed: &Listed, ended: &CellResult, provenance: &Provenance, clock: &SetClock) -> Run {
    let (row, samples) = row::rows(&listed.planned, ended, provenance, clock.started.to_string(), clock.wall);
    Run { row, samples }
}

/// How a program's part in a set ended.
fn ended(sitting: &Sitting, member: usize, number: u64) -> CellResult {
    let (session, record) = (&sitting.session, &sitting.session.members[member]);
    let place = usize::try_from(number - 1).unwrap_or(usize::MAX);
    let log = record.logs.get(place).copied();
    let times = counted(&session.turns, member, number);
    if times.is_empty() || (member != REFERENCE && log.is_none()) {
        let of_base = session.members[REFERENCE].error.as_ref().map(|error| format!("the base broke: {error}"));
        let error = record.error.clone().or(of_base).unwrap_or_else(|| "had no turn".to_owned());
        return Err(CellFailure::new(Status::Failed, error));
    }
    let said = record.introduction.as_ref().map(introduced).unwrap_or_default();
    let (turns, dropped_turns) = session.dropped_of(member, number);
    let measured = Measured {
        timed_steps: Some(times.len() as u64),
        step_ns_median: stats::median(&times).map(|ns| ns as u64),
        step_ns_p90: percentile(&times, 0.9, 10),
        step_ns_p99: percentile(&times, 0.99, 100),
        time_reference: if member == REFERENCE { String::new() } else { BASE.to_owned() },
        time_ratio: log.filter(|_| member != REFERENCE).map(f64::exp),
        turns: Some(turns),
        dropped_turns: Some(dropped_turns),
        ..warmed_up(said.measured, &session.turns, member, number)
    };
    Ok(Outcome { measured, samples: samples(&session.turns, member, number), ..said })
}

/// What a cell said of itself before its first turn; of an earlier version only its device.
fn introduced(introduction: &Introduction) -> Outcome {
    let fact = |name: &str| introduction.facts.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let measured = fact("measured").and_then(|json| serde_json::from_str(&json).ok());
    measured.unwrap_or_else(|| Outcome { device_name: fact("device").unwrap_or_default(), ..Outcome::default() })
}

fn of_set(turns: &[TurnRecord], number: u64) -> impl Iterator<Item = &TurnRecord> {
    turns.iter().filter(move |turn| turn.set == number)
}

fn counted(turns: &[TurnRecord], member: usize, number: u64) -> Vec<f64> {
    let own = of_set(turns, number).filter(|turn| turn.member == member);
    own.flat_map(TurnRecord::counted_times).map(|time| time as f64).collect()
}

fn percentile(times: &[f64], share: f64, fewest: usize) -> Option<u64> {
    stats::quantile(times, share).filter(|_| times.len() >= fewest).map(|ns| ns as u64)
}

fn warmed_up(measured: Measured, turns: &[TurnRecord], member: usize, number: u64) -> Measured {
    let alone = of_set(turns, number).filter(|turn| turn.member == member && turn.order.is_none());
    let times: Vec<u64> = alone.flat_map(|turn| turn.times.iter().copied()).collect();
    Measured { warmup_steps: Some(times.len() as u64), warmup_ns: Some(times.iter().sum()), ..measured }
}

/// Each step that counts at its number among all steps of the set, and what was seen of each turn.
fn samples(turns: &[TurnRecord], member: usize, number: u64) -> Vec<Sample> {
    let (mut samples, mut step) = (Vec::new(), 1);
    for turn in of_set(turns, number) {
        let skipped = turn.times.len() - turn.counted;
        if turn.member == member && turn.counted > 0 {
            samples.push(Sample::new(series::TURN_WAITED_NS, step, turn.evidence.waited_ns as f64));
            let counted = (step + skipped as u64..).zip(turn.counted_times());
            samples.extend(counted.map(|(index, ns)| Sample::new(series::STEP_NS, index, ns as f64)));
        }
        step += turn.times.len() as u64;
    }
    samples
}
