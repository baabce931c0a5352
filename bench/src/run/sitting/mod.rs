//! Lets cells take turns. A set is a group's members and the reference's twin, each in a fresh process, at steps of one
//! task on one device.
//!
//! A [`Contest`] is what sets are repetitions of. Members of a set run together as far as their memory allows
//! ([`room`]); otherwise they sit in several [`parties`], each with the reference. [`launcher`] starts this program as
//! each of them, [`crate::lockstep`] lets them take turns, [`outcome`] says what they measured, and [`executor`] writes
//! rows. What cannot run together is measured [`alone`]. [`precision`] says how many more sets a precision needs.

pub(crate) mod alone;
mod contest;
pub(crate) mod executor;
mod launcher;
pub(crate) mod outcome;
pub(crate) mod parties;
pub(crate) mod precision;
pub(crate) mod room;

use std::time::Duration;

use super::plan::PlannedCell;
use super::runner::CellResult;
use crate::cell::recipe::Recipe;
use crate::device::Backend;
use crate::lockstep::Launcher;
use crate::lockstep::set::{Length, Pace, Set, SetRecord, Stopped};

pub(crate) use contest::{Contest, together};
use outcome::{Members, Party};

/// Says how a set ended.
#[derive(Debug)]
pub enum Sat {
    /// The set is done, with a result for each of its cells, in their order.
    Done(Vec<CellResult>),
    /// The user wanted to end. The set is still to be done.
    Stopped,
    /// The cells cannot run together, for this reason.
    Apart(String),
}

/// Largest number of processes at the same time.
const MOST: usize = 8;

/// Lets the cells of one set take turns. Their processes may need `room` bytes together. `report` receives the share
/// that is done.
pub fn sit<L: Launcher>(cells: &[PlannedCell], room: u64, launcher: &mut L, report: &mut dyn FnMut(f64)) -> Sat {
    let needed: Vec<u64> = cells.iter().map(|planned| room::needed(&planned.cell)).collect();
    let mut most = MOST;
    loop {
        let Some(parties) = parties::parties(&needed, reference(cells), room, most) else {
            let least = needed.iter().max().unwrap_or(&0) >> 20;
            return Sat::Apart(format!(
                "no two of them fit into memory: one needs about {least} MiB, and {} MiB are free",
                room >> 20
            ));
        };
        let Ok(parties) = all(cells, parties, launcher, report) else { return Sat::Stopped };
        match (most, is_crowded(cells, &parties)) {
            (_, false) => return Sat::Done(outcome::results(&members(cells), &parties)),
            (MOST, true) => most = 2,
            _ => return Sat::Apart("the device's memory does not hold two of them".to_owned()),
        }
    }
}

fn members(cells: &[PlannedCell]) -> Members<'_> {
    let first = cells.first();
    let warm_up = Duration::from_millis(first.map_or(0, |first| first.cell.recipe.warmup_ms));
    Members { cells, reference: reference(cells), called: first.map_or("", |first| &first.reference), warm_up }
}

/// Returns the cell that the others are compared with, if it is among them.
fn reference(cells: &[PlannedCell]) -> Option<usize> {
    cells.iter().position(|planned| planned.cell.model == planned.reference && !planned.cell.twin)
}

/// Runs every party, one after the other.
fn all<L: Launcher>(
    cells: &[PlannedCell],
    parties: Vec<Vec<usize>>,
    launcher: &mut L,
    report: &mut dyn FnMut(f64),
) -> Result<Vec<Party>, Stopped> {
    let count = parties.len() as f64;
    let mut done = Vec::new();
    for members in parties {
        let before = done.len() as f64;
        let record = turns(cells, &members, launcher, &mut |share| report((before + share) / count))?;
        done.push(Party { members, record });
    }
    Ok(done)
}

/// Runs one party: fresh processes, a warm-up and turns by the recipe's keys.
fn turns<L: Launcher>(
    cells: &[PlannedCell],
    members: &[usize],
    launcher: &mut L,
    report: &mut dyn FnMut(f64),
) -> Result<SetRecord, Stopped> {
    let first = &cells[members[0]].cell;
    let Recipe { warmup_ms, warmup_max_ms, timed_ms, .. } = first.recipe;
    let time = Duration::from_millis(timed_ms.saturating_mul(members.len() as u64));
    let length = Length::Both(time, first.timed_steps());
    let [warm_up, warm_up_most] = [warmup_ms, warmup_max_ms].map(Duration::from_millis);
    let pace = Pace { warm_up, warm_up_most, fewest: 1 };
    let seed = u64::from_str_radix(&first.id(), 16).unwrap_or(first.seed);
    let set = Set::new(first.set.unwrap_or(1), seed, launcher, cells.len()).paced(pace);
    set.run(members, length, report)
}

/// Returns whether processes lacked memory on a device that others shared with them. How much a GPU has free is not
/// known beforehand.
fn is_crowded(cells: &[PlannedCell], parties: &[Party]) -> bool {
    let of_memory =
        |party: &Party| party.record.broken.iter().any(|(_, error)| error.to_lowercase().contains("memory"));
    let shared = cells.iter().all(|planned| planned.cell.device.backend != Backend::Flex);
    shared && parties.iter().any(of_memory)
}
