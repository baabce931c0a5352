//! Judges times, but only if base and head took turns step by step, in sets of fresh processes of one job.
//!
//! The rows of such a job say so: the base's have no `time_reference`, all others have `base`, and each has the number
//! of its set. What was measured alone, cell by cell, or in two runs is refused with the reason.

mod cell;
pub(crate) mod verdict;

use std::collections::BTreeMap;

use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::task;

use crate::config::Limits;
use crate::finding::{EPOCH_TIME, Finding, STEP_TIME, Verdict, cell_name};
use crate::pair::{Pair, Pairs};

use cell::TimedCell;

/// Returns one finding for each cell that was timed in both runs, over all its sets or repetitions.
pub(crate) fn judge(pairs: &Pairs<'_>, limits: &Limits) -> Vec<Finding> {
    let (measured, refused): (Vec<TimedCell<'_>>, Vec<_>) =
        timed(pairs).into_iter().partition(|cell| cell.refusal().is_none());
    let refused = refused.into_iter().map(|cell| {
        let why = cell.refusal().unwrap_or_default();
        cell.finding().with(Verdict::Refused, why)
    });
    let judged = measured.iter().map(|cell| (cell.finding(), cell.sets())).collect();
    refused.chain(verdict::judge(judged, limits)).collect()
}

/// Returns what is timed of a row, and in which column.
fn time(row: &RunRow) -> Option<(&'static str, u64)> {
    match row.task.as_str() {
        task::TRAIN_STEP | task::INFER | task::LATENCY => Some((STEP_TIME, row.step_ns_median?)),
        task::TRAIN_EPOCH => Some((EPOCH_TIME, row.epoch_ns_median?)),
        _ => None,
    }
}

/// Returns the cell's name with its point of a sweep, which all of its sets and seeds share.
fn name(row: &RunRow) -> String {
    let point = row.sweep_value.map_or(String::new(), |value| format!("/{}={value}", row.sweep));
    format!("{}{point}", cell_name(row))
}

fn timed<'a>(pairs: &Pairs<'a>) -> Vec<TimedCell<'a>> {
    let mut cells: BTreeMap<String, TimedCell<'a>> = BTreeMap::new();
    for Pair { base, head } in pairs.pairs.iter().filter(|pair| pair.head.status == Status::Ok) {
        if let (Some((metric, _)), Some(_)) = (time(base), time(head)) {
            let cell = cells.entry(name(base)).or_insert_with_key(|name| TimedCell::new(name, metric));
            cell.base.push(base);
            cell.head.push(head);
        }
    }
    for row in &pairs.twins {
        cells.entry(name(row)).and_modify(|cell| cell.again.push(row));
    }
    for row in &pairs.relinked {
        cells.entry(name(row)).and_modify(|cell| cell.relinked.push(row));
    }
    cells.into_values().collect()
}
