//! A suite in three shares, put together, beside the same suite on one machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use skipbench_reports::rows::record::RunRow;

use super::super::run::{rows, suite};
use super::super::{TINY, ends};
use super::all;

/// What does not vary from run to run on one machine: of timed rows only what was done.
fn deterministic(row: &RunRow) -> RunRow {
    let counted = RunRow {
        cell: row.cell.clone(),
        status: row.status,
        suite: row.suite.clone(),
        suite_sha256: row.suite_sha256.clone(),
        group: row.group.clone(),
        reference: row.reference.clone(),
        budget: row.budget.clone(),
        model: row.model.clone(),
        spec: row.spec.clone(),
        task: row.task.clone(),
        seed: row.seed,
        set: row.set,
        twin: row.twin,
        data_sha256: row.data_sha256.clone(),
        recipe: row.recipe.clone(),
        batch: row.batch,
        params: row.params,
        macs: row.macs,
        saved_bytes: row.saved_bytes,
        threads: row.threads,
        concurrent: row.concurrent,
        burn_version: row.burn_version.clone(),
        git_revision: row.git_revision.clone(),
        host: row.host.clone(),
        ..RunRow::default()
    };
    match row.task.as_str() {
        "train" => RunRow {
            epochs: row.epochs,
            steps: row.steps,
            loss: row.loss,
            train_correct: row.train_correct,
            test_correct: row.test_correct,
            ..counted
        },
        task if task.starts_with("peak-memory") => RunRow {
            heap_peak_bytes: row.heap_peak_bytes,
            work_allocations: row.work_allocations,
            work_kernel_macs: row.work_kernel_macs,
            ..counted
        },
        _ => counted,
    }
}

fn by_cell(dir: &Path) -> BTreeMap<String, RunRow> {
    rows(dir).iter().map(|row| (row.cell.clone(), deterministic(row))).collect()
}

/// Name and text of every file.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).expect("there").flatten();
    entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file")))
        .collect()
}

#[test]
fn three_shares_are_what_one_machine_measures() {
    let dir = tempfile::tempdir().expect("temp");
    all(dir.path(), 3);
    let (said, _) = ends(dir.path(), &["merge", "out", "--out", "merged"], 0);
    assert!(said.contains("24 rows from 1 machine"), "{said}");
    ends(dir.path(), &["run", "suite.toml", "--out", "alone", "--quiet", "--threads", "2"], 0);
    let (merged, alone) = (dir.path().join("merged"), dir.path().join("alone"));
    let (merged_rows, alone_rows) = (by_cell(&merged), by_cell(&alone));
    assert_eq!(merged_rows.len(), alone_rows.len());
    for (cell, row) in &alone_rows {
        assert_eq!(merged_rows.get(cell), Some(row));
    }
    let (compared, _) = ends(dir.path(), &["compare", "merged"], 0);
    assert!(compared.contains("pair: digits on flex, matched in params"), "{compared}");
    assert_eq!(compared.matches("pair: digits").count(), 1, "one group: {compared}");

    orders_and_copies_give_the_same_bytes(dir.path());
    a_second_time_changes_nothing(dir.path());
    what_is_missing_is_named(dir.path());
    what_was_edited_is_refused(dir.path());
}

fn orders_and_copies_give_the_same_bytes(dir: &Path) {
    let shares = ["out/3-of-3", "out/1-of-3", "out/2-of-3", "out/1-of-3"];
    ends(dir, &[&["merge", "--out", "other"], &shares[..]].concat(), 0);
    assert_eq!(files(&dir.join("merged")), files(&dir.join("other")));
    let plan: serde_json::Value = serde_json::from_slice(&files(&dir.join("merged"))["plan.json"]).expect("a plan");
    assert_eq!(plan["cells"].as_array().map(Vec::len), Some(24));
    let order: Vec<String> = rows(&dir.join("merged")).into_iter().map(|row| row.cell).collect();
    let (listed, _) = ends(dir, &["run", "suite.toml", "--list", "--threads", "2"], 0);
    let planned: Vec<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(order, planned, "rows stand in the plan's order");
}

fn a_second_time_changes_nothing(dir: &Path) {
    let before = fs::read(dir.join("out/2-of-3/runs.csv")).expect("rows");
    ends(dir, &["run", "suite.toml", "--shard", "2/3", "--out", "out", "--quiet", "--threads", "2"], 0);
    assert_eq!(fs::read(dir.join("out/2-of-3/runs.csv")).expect("rows"), before);
}

fn what_is_missing_is_named(dir: &Path) {
    let text = fs::read_to_string(dir.join("out/3-of-3/runs.csv")).expect("rows");
    let lines: Vec<&str> = text.lines().collect();
    // As a share that was killed in the middle of its last line.
    let cut = [&lines[..lines.len() - 1].join("\n"), "\n", &lines[lines.len() - 1][..30]].concat();
    fs::create_dir_all(dir.join("part/3-of-3")).expect("made");
    for name in ["plan.json", "samples.csv"] {
        fs::copy(dir.join("out/3-of-3").join(name), dir.join("part/3-of-3").join(name)).expect("copied");
    }
    fs::write(dir.join("part/3-of-3/runs.csv"), cut).expect("written");
    let arguments = ["merge", "out/1-of-3", "part", "--out", "lacking"];
    let (_, said) = ends(dir, &arguments, 1);
    assert!(said.contains("missing: share 2/3, all of it") && said.contains("missing: share 3/3: "), "{said}");
    assert!(said.contains("--partial") && !dir.join("lacking").exists(), "{said}");
    ends(dir, &[&arguments[..], &["--partial"]].concat(), 0);
    assert!(rows(&dir.join("lacking")).len() < 23);
    let record = super::super::refused(dir, &["record", "lacking", "--into", "records"]);
    assert!(record.contains("cells have a row; finish the run first"), "{record}");
}

fn what_was_edited_is_refused(dir: &Path) {
    let path = dir.join("part/3-of-3/runs.csv");
    let text = fs::read_to_string(dir.join("out/3-of-3/runs.csv")).expect("rows");
    fs::write(&path, text.replace(",digits,", ",digit5,")).expect("written");
    let said = super::super::refused(dir, &["merge", "out/1-of-3", "out/2-of-3", "part", "--out", "edited"]);
    assert!(said.contains("does not agree with its digest") && !dir.join("edited").exists(), "{said}");
}

/// More shares than there are units: some have nothing to do.
#[test]
fn a_share_without_a_cell_is_done_at_once() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    let run = |number: usize| {
        let share = format!("{number}/4");
        let filter = ["--filter", "peak-memory-infer", "--threads", "1", "--seeds", "1"];
        ends(dir.path(), &[&["run", "suite.toml", "--shard", &share, "--out", "out"], &filter[..]].concat(), 0).0
    };
    let said: Vec<String> = (1..=4).map(run).collect();
    assert_eq!(said.iter().filter(|said| said.contains("0 of 0 cells measured")).count(), 2, "{said:?}");
    ends(dir.path(), &["merge", "out", "--out", "merged"], 0);
    assert_eq!(rows(&dir.path().join("merged")).len(), 2);
}
