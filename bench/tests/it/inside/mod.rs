//! Workloads that look inside a network, alone and through the binary.

mod gradients;
mod identity;
mod numbers;
mod refused;
mod reuse;

use std::collections::BTreeMap;
use std::fs;

use skipbench::internals::cell::{Cell, Outcome};
use skipbench::internals::tasks::dispatch;
use skipbench_reports::rows::record::Status;
use skipbench_reports::rows::store::read;

use super::ends;

fn run(cell: &Cell) -> Outcome {
    dispatch::run(cell, None, &mut |_| {}).unwrap_or_else(|error| panic!("{}: {error:#}", cell.model))
}

/// A series by index.
fn series(outcome: &Outcome, name: &str) -> BTreeMap<u64, f64> {
    let samples = outcome.samples.iter().filter(|sample| sample.series == name);
    samples.map(|sample| (sample.index, sample.value)).collect()
}

fn indices(outcome: &Outcome, name: &str) -> Vec<u64> {
    series(outcome, name).into_keys().collect()
}

const SUITE: &str = r#"
name = "inside"
data = "digits"
seeds = [1]
tasks = ["gradients", "reuse"]
timeout_s = 60
memory_limit_mib = 512
jobs = 2

[recipe]
epochs = 1
steps = 2
batch = 16

[[group]]
name = "backbone"
reference = "backbone-add-10-w4"
models = ["backbone-weighted-10-w4"]
tasks = ["gradients", "reuse", "identity"]

[[group]]
name = "dense"
reference = "densenet-7-4"

[[group]]
name = "transformer"
reference = "vit-d1-w8-h2-p4"
models = ["vit-d1-w8-h2-p4-none"]
tasks = ["gradients", "reuse", "tokens"]
"#;

#[test]
fn a_suite_that_looks_inside_runs_to_rows_and_samples() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("suite.toml"), SUITE).expect("written");
    ends(dir.path(), &["run", "suite.toml", "--out", "out", "--quiet"], 0);
    let runs = read(&dir.path().join("out")).expect("whole");
    assert_eq!(runs.len(), 2 * 3 + 2 + 2 * 3);
    for run in runs {
        assert_eq!(run.row.status, Status::Ok, "{}", run.row.error);
        assert!(!run.samples.is_empty() && run.row.params.is_some() && run.row.step_ns_median.is_none());
    }
}
