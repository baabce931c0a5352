//! Says what a set's turns show of each cell. Only this module knows, for runs and for the gate.

use std::time::Duration;

use skipbench_reports::rows::record::Status;
use skipbench_reports::rows::series;
use skipbench_reports::stats::lockstep::{Turn, dropped, log_ratio};

use crate::cell::{Measured, Outcome, Sample};
use crate::lockstep::process::TOO_LONG;
use crate::lockstep::set::{SetRecord, TurnRecord};
use crate::lockstep::{Evidence, cells};
use crate::run::death;
use crate::run::plan::PlannedCell;
use crate::run::runner::{CellFailure, CellResult};
use crate::tasks::meter::warmup::WarmUp;
use crate::tasks::stepped;

/// Holds the cells of a set, and how their rows name what they are compared with.
pub(crate) struct Members<'a> {
    /// Cells in the order of their numbers.
    pub(crate) cells: &'a [PlannedCell],
    /// Number of the cell that the others are compared with, if it is among them.
    pub(crate) reference: Option<usize>,
    /// Name that rows use for it.
    pub(crate) called: &'a str,
    /// How long each had to warm up at least.
    pub(crate) warm_up: Duration,
}

/// Members that ran together, with their turns.
pub(crate) struct Party {
    /// Numbers of cells of the set.
    pub(crate) members: Vec<usize>,
    pub(crate) record: SetRecord,
}

/// Returns the result of each cell, in order. The reference's is that of the first party.
pub(crate) fn results(members: &Members<'_>, parties: &[Party]) -> Vec<CellResult> {
    let result = |member: usize| {
        let mut steps = 0;
        for party in parties {
            if party.members.contains(&member) {
                return one(members, member, &Played { party, steps_before: steps });
            }
            steps += party.steps();
        }
        Err(CellFailure::new(Status::Failed, ABSENT))
    };
    (0..members.cells.len()).map(result).collect()
}

/// Error of a member that was not started.
const ABSENT: &str = "took no part in its set";

impl Party {
    /// Returns the number of steps of all turns, including those that do not count.
    fn steps(&self) -> u64 {
        self.ordered().map(|turn| turn.times.len() as u64).sum()
    }

    fn ordered(&self) -> impl Iterator<Item = &TurnRecord> {
        self.record.turns.iter().filter(|turn| turn.order.is_some())
    }

    /// Returns the turns that count, as times of one image.
    fn compared(&self, cells: &[PlannedCell]) -> Vec<Turn> {
        let compared = |turn: &TurnRecord| turn.compared(cells[turn.member].cell.batch() as u64);
        self.ordered().filter_map(compared).collect()
    }
}

/// A party, with the number of steps that the set's earlier parties had done.
struct Played<'a> {
    party: &'a Party,
    steps_before: u64,
}

impl Played<'_> {
    /// Returns a member's turns that count, with the number that their first step has in the set.
    fn turns_of(&self, member: usize) -> Vec<(u64, &TurnRecord)> {
        let mut next = self.steps_before + 1;
        let numbered = self.party.ordered().map(|turn| {
            let first = next;
            next += turn.times.len() as u64;
            (first, turn)
        });
        numbered.filter(|(_, turn)| turn.member == member && turn.counted > 0).collect()
    }
}

fn one(members: &Members<'_>, member: usize, played: &Played<'_>) -> CellResult {
    let record = &played.party.record;
    if let Some((_, error)) = record.broken.iter().find(|(broken, _)| *broken == member) {
        return Err(CellFailure::new(status(error), error.as_str()));
    }
    let failed = |error: &str| CellFailure::new(Status::Failed, error);
    let introduction = record.introductions.iter().find(|(other, _)| *other == member);
    let said = cells::measured(&introduction.ok_or_else(|| failed(ABSENT))?.1);
    let Outcome { device_name, measured, mut samples } =
        said.ok_or_else(|| failed("it did not say what it measured before its first turn"))?;
    let turns = played.turns_of(member);
    if turns.is_empty() {
        return Err(failed("it had no turn that counts"));
    }
    let (measured, warm_up) = warmed(measured, members.warm_up, member, record);
    let measured = with_turns(measured, members, member, played, &turns);
    samples.extend(warm_up);
    samples.extend(turns.iter().flat_map(|(first, turn)| steps(*first, turn)));
    if Evidence::is_told() {
        samples.extend(turns.iter().flat_map(|(first, turn)| evidence(*first, turn)));
    }
    Ok(Outcome { device_name, measured, samples })
}

/// Returns the steps of a turn that count, by their numbers.
fn steps(first: u64, turn: &TurnRecord) -> impl Iterator<Item = Sample> {
    let lead_in = (turn.times.len() - turn.counted) as u64;
    (first + lead_in..).zip(turn.counted_times()).map(|(index, time)| Sample::new(series::STEP_NS, index, time as f64))
}

/// Returns what was observed about a turn from outside, by the number of its first step: what decides whether it
/// counts, and what its program did before it.
fn evidence(first: u64, turn: &TurnRecord) -> [Sample; 3] {
    let seen = &turn.evidence;
    [
        (series::TURN_WAITED_NS, seen.waited_ns),
        (series::TURN_STEAL_TICKS, seen.steal_ticks),
        (series::TURN_ASLEEP_CPU_NS, seen.asleep_cpu_ns),
    ]
    .map(|(series, value)| Sample::new(series, first, value as f64))
}

fn warmed(measured: Measured, least: Duration, member: usize, record: &SetRecord) -> (Measured, Vec<Sample>) {
    let mut warm_up = WarmUp::default();
    let alone = record.turns.iter().filter(|turn| turn.member == member && turn.order.is_none());
    alone.flat_map(|turn| &turn.times).for_each(|time| warm_up.add(Duration::from_nanos(*time)));
    let measured = Measured {
        warmup_steps: Some(warm_up.times().len() as u64),
        warmup_ns: Some(warm_up.spent().as_nanos() as u64),
        warmup_steady: Some(warm_up.spent() >= least && warm_up.is_steady()),
        ..measured
    };
    let sample = |(index, time): (u64, &f64)| Sample::new(series::WARMUP_NS, index, *time);
    (measured, (1..).zip(warm_up.times()).map(sample).collect())
}

/// Adds the figures of a member's steps, and its ratio to the reference.
fn with_turns(
    measured: Measured,
    members: &Members<'_>,
    member: usize,
    played: &Played<'_>,
    turns: &[(u64, &TurnRecord)],
) -> Measured {
    let times: Vec<Duration> =
        turns.iter().flat_map(|(_, turn)| turn.counted_times()).map(Duration::from_nanos).collect();
    let all = played.party.compared(members.cells);
    let own = all.iter().filter(|turn| turn.member == member);
    let left_out = if dropped(&all) > 0 { own.clone().filter(|turn| turn.disturbed).count() } else { 0 };
    let base = members.reference.filter(|base| *base != member);
    let log = base.and_then(|base| log_ratio(&all, base, member));
    Measured {
        time_reference: log.map(|_| members.called.to_owned()).unwrap_or_default(),
        time_ratio: log.map(f64::exp),
        turns: Some(own.count() as u64),
        dropped_turns: Some(left_out as u64),
        ..stepped(measured, &times)
    }
}

/// Returns the status that an error of a driven program means.
fn status(error: &str) -> Status {
    let too_long = error.starts_with(TOO_LONG).then_some(Status::Timeout);
    too_long.or_else(|| death::status(error)).unwrap_or(Status::Failed)
}
