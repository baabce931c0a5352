//! Nothing broken or edited ever passes.

use std::fs;
use std::path::Path;

use super::{GATE, changed, folder, measured, with};
use crate::ends;

/// Leaves the samples of the first cell in `b`.
fn lose_other_cells(dir: &Path) {
    let rows = fs::read_to_string(dir.join("b/runs.csv")).expect("there");
    let cell = rows.lines().nth(1).and_then(|row| row.split(',').nth(1)).expect("a cell").to_owned();
    let samples = fs::read_to_string(dir.join("b/samples.csv")).expect("there");
    let own = |line: &&str| line.starts_with("cell,") || line.starts_with(&cell);
    fs::write(
        dir.join("b/samples.csv"),
        samples.lines().filter(own).map(|line| format!("{line}\n")).collect::<String>(),
    )
    .expect("written");
}

/// Whether the gate refuses `b`, which is broken as `what` says, and names what is wrong.
fn is_refused(dir: &Path, what: &str, named: &str) {
    let (said, error) = ends(dir, &GATE, 2);
    assert!(error.contains(named) && said.is_empty(), "{what}: {error}");
}

#[test]
fn nothing_broken_ever_passes() {
    let dir = folder();
    let dir = dir.path();
    let refused = |what: &str, named: &str| is_refused(dir, what, named);
    changed(dir, str::to_owned);
    fs::remove_file(dir.join("b/runs.csv")).expect("there");
    refused("missing", "b/runs.csv");
    changed(dir, |rows| rows[..rows.len() - 7].to_owned());
    refused("truncated", "cut short");
    changed(dir, |rows| rows.lines().next().map(|header| format!("{header}\n")).expect("a header"));
    refused("no rows", "cut short");
    changed(dir, |rows| rows.lines().take(2).map(|line| format!("{line}\n")).collect());
    refused("cut where a line ends", "cut short");
    lose_other_cells(dir);
    refused("fewer cells", "the head lacks");
    changed(dir, |rows| format!("{rows}{}\n", rows.lines().last().expect("a row")));
    refused("a cell twice", "is listed twice");
}

#[test]
fn nothing_edited_ever_passes() {
    let dir = folder();
    let dir = dir.path();
    let refused = |what: &str, named: &str| is_refused(dir, what, named);
    changed(dir, |rows| with(rows, "macs", "many"));
    refused("edited", "macs");
    changed(dir, |rows| rows.replacen("params", "parameters", 1));
    refused("another column", "parameters");
    changed(dir, |rows| with(rows, "schema_version", "99"));
    refused("a newer schema", "schema version 99");
    measured(dir, |rows| with(rows, "recipe", "{}"));
    refused("other work", "the recipe");
    for (column, value) in
        [("heap_peak_bytes", "1"), ("cell", "deadbeef"), ("spec", "{}"), ("loss", "0.5"), ("started", "yesterday")]
    {
        changed(dir, |rows| with(rows, column, value));
        refused(column, "by hand");
    }
    changed(dir, str::to_owned);
    let samples = fs::read_to_string(dir.join("b/samples.csv")).expect("there");
    let most: Vec<&str> = samples.lines().take(samples.lines().count() - 1).collect();
    fs::write(dir.join("b/samples.csv"), most.join("\n") + "\n").expect("written");
    refused("fewer samples", "by hand or lost");
    fs::write(dir.join("bad.toml"), "[limits]\nheep = 1\n").expect("written");
    changed(dir, str::to_owned);
    let (_, error) = ends(dir, &[&GATE[..], &["--config", "bad.toml"]].concat(), 2);
    assert!(error.contains("bad.toml") && error.contains("heep"), "{error}");
    // An empty base.
    measured(dir, |rows| with(rows, "status", "failed"));
    let (_, error) = ends(dir, &["gate", "--base", "b", "--head", "a"], 2);
    assert!(error.contains("no measured cell"), "{error}");
    let (_, error) = ends(dir, &["gate", "--base", "a"], 2);
    assert!(error.contains("--head"), "{error}");
}
