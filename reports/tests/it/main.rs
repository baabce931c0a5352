//! Integration tests of skipbench-reports.

mod chart;
mod choice;
mod claims;
mod compare;
mod curves;
mod document;
mod drawn;
mod equal;
mod escaped;
mod forest;
mod intervals;
mod large;
mod latest;
mod links;
mod lockstep;
mod machines;
mod many;
mod narrow;
mod noise;
mod published;
mod questions;
mod sets;
mod significance;
mod site;
mod stats;
mod store;
mod told;
mod words;

use skipbench_reports::rows::record::{RunRow, SCHEMA_VERSION, Status};
use skipbench_reports::rows::store::Run;

/// A measured cell of `model` in a group compared with `resnet`.
fn row(model: &str, task: &str, seed: u64) -> RunRow {
    RunRow {
        schema_version: SCHEMA_VERSION,
        cell: format!("{model}-{task}-{seed}"),
        status: Status::Ok,
        suite: "test".into(),
        group: "pair".into(),
        reference: "resnet".into(),
        budget: "params".into(),
        model: model.into(),
        skip: "add".into(),
        task: task.into(),
        seed,
        data: "digits".into(),
        batch: 100,
        device: "flex".into(),
        device_name: "CPU".into(),
        params: Some(1000),
        macs: Some(2_000_000),
        skipbench_version: "0.1.0".into(),
        burn_version: "0.22.1".into(),
        git_revision: "0123abcd4567".into(),
        git_dirty: Some(true),
        host: "m1".into(),
        started: "2026-11-23T08:00:00Z".into(),
        command: "skipbench run".into(),
        ..RunRow::default()
    }
}

fn trained(model: &str, seed: u64, correct: u64) -> Run {
    let row = RunRow { test_correct: Some(correct), test_total: Some(1000), ..row(model, "train", seed) };
    Run { row, samples: Vec::new() }
}

fn timed(model: &str, seed: u64, step_ns: u64) -> Run {
    Run { row: RunRow { step_ns_median: Some(step_ns), ..row(model, "train-step", seed) }, samples: Vec::new() }
}

fn failed(model: &str, seed: u64, error: &str) -> Run {
    let row =
        RunRow { status: Status::Timeout, error: error.into(), params: None, macs: None, ..row(model, "train", seed) };
    Run { row, samples: Vec::new() }
}
