//! Rows that were timed in sets of processes that took turns: known ratios come out, and nothing else is put with them.

mod kinds;
mod ratios;
mod simulated;
mod words;

use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::Run;

use super::row;

/// A member's row of one set: how often the reference's time it took, and its absolute time.
pub(crate) fn in_set(model: &str, task: &str, set: u64, ratio: f64, step_ns: f64) -> Run {
    let row = RunRow {
        cell: format!("{model}-{task}-set-{set}"),
        set: Some(set),
        pilot_sets: Some(5),
        time_reference: "resnet".into(),
        time_ratio: Some(ratio),
        turns: Some(40),
        dropped_turns: Some(0),
        step_ns_median: Some(step_ns as u64),
        ..row(model, task, 1 + (set - 1) % 3)
    };
    Run { row, samples: Vec::new() }
}

/// The reference's own row, which has no ratio.
pub(crate) fn reference(task: &str, set: u64, step_ns: f64) -> Run {
    let run = in_set("resnet", task, set, 1.0, step_ns);
    Run { row: RunRow { time_reference: String::new(), time_ratio: None, ..run.row }, ..run }
}

/// The reference once more, under its second name.
pub(crate) fn twin(task: &str, set: u64, ratio: f64, step_ns: f64) -> Run {
    let run = in_set("resnet", task, set, ratio, step_ns);
    Run { row: RunRow { twin: true, cell: format!("{}-twin", run.row.cell), ..run.row }, ..run }
}

/// A cell of a set that could not be measured.
pub(crate) fn broken(model: &str, task: &str, set: u64, error: &str) -> Run {
    let run = in_set(model, task, set, 1.0, 1.0);
    let row = RunRow {
        status: Status::Crashed,
        error: error.into(),
        time_ratio: None,
        step_ns_median: None,
        params: None,
        macs: None,
        ..run.row
    };
    Run { row, ..run }
}

/// Whole sets of the reference and members with these ratios, one a set. The machine becomes slower by a third from set
/// to set, for all alike.
pub(crate) fn sitting(task: &str, members: &[(&str, &[f64])]) -> Vec<Run> {
    let sets = members.iter().map(|(_, ratios)| ratios.len()).max().unwrap_or(0);
    let slowed = |set: u64| 5e7 * 1.33_f64.powi(set as i32);
    let of_set = |set: u64| {
        let member = |(model, ratios): &(&str, &[f64])| {
            let ratio = ratios.get(set as usize - 1)?;
            Some(in_set(model, task, set, *ratio, slowed(set) * ratio))
        };
        let members: Vec<Run> = members.iter().filter_map(member).collect();
        std::iter::once(reference(task, set, slowed(set))).chain(members)
    };
    (1..=sets as u64).flat_map(of_set).collect()
}
