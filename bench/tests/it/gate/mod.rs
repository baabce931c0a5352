//! The gate through the real binary: what passes and what does not.

mod broken;
#[cfg(unix)]
mod commands;
mod turns;

use std::fs;
use std::path::Path;

use skipbench_reports::rows::store;

use super::ends;

const SUITE: &str = r#"
name = "small"
data = "digits"
seeds = [1]
sets = 1
tasks = ["train-step", "peak-memory-train"]

[recipe]
batch = 16
warmup_ms = 1
warmup_max_ms = 1
timed_ms = 1
timed_steps = 2

[[group]]
name = "one"
reference = "resnet8-w4"
"#;

/// A folder with a finished run in `a`.
pub(crate) fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("small.toml"), SUITE).expect("written");
    ends(dir.path(), &["run", "small.toml", "--out", "a", "-q"], 0);
    dir
}

/// A copy of the run in `a` as `b`, its rows changed.
pub(crate) fn changed(dir: &Path, edit: impl Fn(&str) -> String) {
    let _ = fs::remove_dir_all(dir.join("b"));
    fs::create_dir(dir.join("b")).expect("a folder");
    for name in ["runs.csv", "samples.csv", "host.toml", "plan.json"] {
        fs::copy(dir.join("a").join(name), dir.join("b").join(name)).expect(name);
    }
    let rows = fs::read_to_string(dir.join("a/runs.csv")).expect("rows");
    fs::write(dir.join("b/runs.csv"), edit(&rows)).expect("written");
}

/// The same, sealed anew: as if another program had measured so.
fn measured(dir: &Path, edit: impl Fn(&str) -> String) {
    changed(dir, edit);
    let mut runs = store::read(&dir.join("a")).expect("whole");
    let text = fs::read_to_string(dir.join("b/runs.csv")).expect("written");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: csv::StringRecord =
        reader.headers().expect("a header").iter().filter(|name| *name != "digest").collect();
    for (run, record) in runs.iter_mut().zip(reader.records()) {
        let mut record = record.expect("whole");
        record.truncate(header.len());
        run.row = record.deserialize(Some(&header)).expect("a row");
    }
    store::write(&dir.join("b"), &runs).expect("written");
}

pub(crate) const GATE: [&str; 5] = ["gate", "--base", "a", "--head", "b"];

/// Sets one column of every row that has it.
fn with(rows: &str, column: &str, value: &str) -> String {
    let mut reader = csv::Reader::from_reader(rows.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let index = header.iter().position(|name| name == column).expect("a column");
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).expect("written");
    for record in reader.records() {
        let record = record.expect("whole");
        let put = |(at, cell): (usize, &str)| {
            if at == index && !cell.is_empty() { value.to_owned() } else { cell.to_owned() }
        };
        writer.write_record(record.iter().enumerate().map(put)).expect("written");
    }
    String::from_utf8(writer.into_inner().expect("flushed")).expect("text")
}

#[test]
fn the_same_rows_pass_and_their_times_are_refused_with_the_reason() {
    let dir = folder();
    measured(dir.path(), |rows| with(rows, "host", "another"));
    let (said, _) = ends(dir.path(), &GATE, 0);
    assert!(said.contains("gate: pass.") && said.contains("two machines") && said.contains("gate --against"), "{said}");
    let (json, _) = ends(dir.path(), &[&GATE[..], &["--json"]].concat(), 0);
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(value["verdict"], "pass");
}

#[test]
fn a_changed_count_or_more_memory_is_regressed_and_shown_in_every_form() {
    let dir = folder();
    measured(dir.path(), |rows| with(&with(rows, "params", "4933"), "heap_peak_bytes", "99999999"));
    let words = [&GATE[..], &["--junit", "j.xml", "--benchmark-json", "b.json"]].concat();
    let (said, _) = ends(dir.path(), &words, 1);
    assert!(said.contains("regressed") && said.contains("4933") && said.contains("skipbench replay b "), "{said}");
    let junit = fs::read_to_string(dir.path().join("j.xml")).expect("written");
    assert!(junit.contains("<failure"), "{junit}");
    let benchmarks = fs::read_to_string(dir.path().join("b.json")).expect("written");
    assert!(benchmarks.contains("heap_peak_bytes"), "{benchmarks}");
    let (markdown, _) = ends(dir.path(), &[&GATE[..], &["--markdown"]].concat(), 1);
    assert!(markdown.starts_with("### ❌") && markdown.contains("| regressed "), "{markdown}");
    // The command that it gives does reproduce the cell.
    let id = said.lines().find_map(|line| line.strip_prefix("reproduce: skipbench replay b ")).expect("a command");
    ends(dir.path(), &["replay", "b", id.split(' ').next().expect("an id")], 0);
}

#[test]
fn a_blessing_shows_what_it_changes_and_is_then_the_base() {
    let dir = folder();
    measured(dir.path(), |rows| with(rows, "params", "4933"));
    ends(dir.path(), &["gate", "--base", "kept", "--head", "a", "--bless"], 0);
    let against = ["gate", "--base", "kept", "--head", "b"];
    ends(dir.path(), &against, 1);
    let (said, _) = ends(dir.path(), &[&against[..], &["--bless"]].concat(), 0);
    assert!(said.contains("params: 4934 -> 4933"), "{said}");
    // What is exact passes now; times that took no turns say nothing.
    let (said, _) = ends(dir.path(), &against, 0);
    assert!(
        said.contains("0 regressed, 0 inconclusive") && said.contains("were measured in two separate runs"),
        "{said}"
    );
    let (json, _) = ends(dir.path(), &["gate", "--base", "new", "--head", "b", "--bless", "--json"], 0);
    let told: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert!(
        told["cells"] == 3 && told["changes"][0].as_str().is_some_and(|change| change.ends_with(": new")),
        "{json}"
    );
    assert!(dir.path().join("new/runs.csv").is_file());
}
