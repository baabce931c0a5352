//! The gate through the real binary: what passes, what does not, and that nothing broken ever passes.

use std::fs;
use std::path::Path;
use std::process::Command;

use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store;

use super::{ends, skipbench};

const SUITE: &str = r#"
name = "small"
data = "digits"
seeds = [1]
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

#[test]
fn a_blessing_shows_what_it_changes_and_is_then_the_base() {
    let dir = folder();
    measured(dir.path(), |rows| with(rows, "params", "4933"));
    ends(dir.path(), &GATE, 1);
    let (said, _) = ends(dir.path(), &[&GATE[..], &["--bless"]].concat(), 0);
    assert!(said.contains("params: 4934 -> 4933"), "{said}");
    // What is exact passes now; a single pair of times says nothing.
    let (said, _) = ends(dir.path(), &GATE, 3);
    assert!(said.contains("0 regressed, 1 inconclusive"), "{said}");
    let (json, _) = ends(dir.path(), &["gate", "--base", "new", "--head", "b", "--bless", "--json"], 0);
    let told: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert!(
        told["cells"] == 2 && told["changes"][0].as_str().is_some_and(|change| change.ends_with(": new")),
        "{json}"
    );
    assert!(dir.path().join("new/runs.csv").is_file());
}

#[test]
fn two_programs_take_turns() {
    let dir = folder();
    let program = env!("CARGO_BIN_EXE_skipbench");
    let words =
        ["gate", "--binaries", program, program, "--suite", "small.toml", "--rounds", "3", "--out", "job", "--json"];
    // Three rounds are too few for a verdict on times; all else is equal.
    let (json, errors) = ends(dir.path(), &words, 3);
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let findings = value["findings"].as_array().expect("a list");
    let times: Vec<_> = findings.iter().filter(|finding| finding["class"] == "time").collect();
    assert!(
        times.len() == 1 && times[0]["n"] == 3 && times[0]["why"].as_str().is_some_and(|why| why.contains("3 pairs"))
    );
    let others = findings.iter().filter(|finding| finding["class"] != "time");
    assert!(others.clone().count() > 3 && others.clone().all(|finding| finding["verdict"] == "pass"), "{json}");
    assert!(errors.contains("round 3 of 3"), "{errors}");
    ends(dir.path(), &["compare", "job/head"], 0);
    let left: Vec<_> = fs::read_dir(dir.path().join("job")).expect("there").filter_map(Result::ok).collect();
    assert_eq!(left.len(), 5, "base, head, the suite, the lock and the mark: {left:?}");
}

/// Names that hold each other must not be taken for each other, and each cell waits for nothing but its own pair.
#[test]
fn base_and_head_take_turns_cell_by_cell() {
    let dir = tempfile::tempdir().expect("a folder");
    let more = "\n[[group]]\nname = \"bone\"\nreference = \"resnet8-w4\"\nmodels = [\"plain8-w4\"]\n";
    let suite = SUITE.replace(", \"peak-memory-train\"", "").replace("seeds = [1]", "seeds = [7, 70]") + more;
    fs::write(dir.path().join("small.toml"), suite).expect("written");
    let program = env!("CARGO_BIN_EXE_skipbench");
    let words =
        ["gate", "--binaries", program, program, "--suite", "small.toml", "--rounds", "2", "--out", "job", "--json"];
    let (json, _) = ends(dir.path(), &words, 3);
    let read = |side: &str| store::read(&dir.path().join("job").join(side)).expect("whole");
    let mut rows: Vec<_> = read("base").into_iter().chain(read("head")).map(|run| run.row).collect();
    rows.sort_by(|a, b| a.started.cmp(&b.started));
    assert_eq!(rows.len(), 3 * 3 * 2, "three cells of one seed, by base, head and base again, in two rounds");
    for turns in rows.chunks(3) {
        let first = &turns[0];
        let same = |row: &RunRow| {
            (&row.group, &row.model, row.round, row.seed) == (&first.group, &first.model, first.round, 7)
        };
        assert!(turns.iter().all(same), "{turns:?}");
        assert_eq!(turns.iter().filter(|row| row.twin).count(), 1);
    }
    // Its own way to do it again does.
    let told: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let again = told["findings"][0]["reproduce"].as_str().expect("a command");
    let words: Vec<&str> = again.split(' ').skip(1).collect();
    ends(dir.path(), &words, 3);
}

/// Everything below a folder, with what is in it.
fn contents(dir: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().map(|entry| entry.expect("read").path()) {
        if entry.is_dir() {
            found.extend(contents(&entry))
        } else {
            found.push((entry.clone(), fs::read(&entry).expect("read")))
        }
    }
    found.sort();
    found
}

#[test]
fn nothing_is_deleted_that_the_gate_did_not_make() {
    let dir = folder();
    let program = env!("CARGO_BIN_EXE_skipbench");
    let words = |suite, out| {
        let words = ["gate", "--binaries", program, program, "--rounds", "1", "--suite", suite, "--out", out];
        words.map(str::to_owned).to_vec()
    };
    let refused = |suite, out| {
        let before = contents(dir.path());
        let words = words(suite, out);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (_, told) =
            ends(dir.path(), &[&words[..], &["--junit", "mine.xml", "--benchmark-json", "mine.json"]].concat(), 2);
        assert_eq!(contents(dir.path()), before, "{told}");
        told
    };
    let write = |path: &str, text: &str| {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a file's")).expect("made");
        fs::write(path, text).expect("written");
    };
    write("mine.xml", "<mine/>");
    write("mine.json", "[{\"name\": \"mine\", \"unit\": \"s\", \"value\": 1}]");
    for path in ["base/precious", "head/runs.csv", "notes.txt", "suite.toml", "base/deep/er/file"] {
        write(&format!("foreign/{path}"), "precious");
        assert!(refused("small.toml", "foreign").contains("give another --out"), "{path}");
        fs::remove_dir_all(dir.path().join("foreign")).expect("removed");
    }
    // A run's directory, and one that is no directory.
    assert!(refused("small.toml", "a").contains("give another --out"));
    refused("small.toml", "mine.xml");

    let own = words("small.toml", "job");
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    ends(dir.path(), &own, 3);
    // The results of the job before, where the next one cannot begin.
    write("wrong.toml", "name = 1");
    refused("wrong.toml", "job");
    refused("mistyped.toml", "job");
    for path in ["job/head/mine.txt", "job/base/deep/er.txt"] {
        write(path, "precious");
        assert!(refused("small.toml", "job").contains("does not delete it"), "{path}");
        let top: std::path::PathBuf = Path::new(path).iter().take(3).collect();
        let top = dir.path().join(top);
        if top.is_dir() { fs::remove_dir_all(top).expect("removed") } else { fs::remove_file(top).expect("removed") }
    }
    fs::remove_file(dir.path().join("job/base/.skipbench-gate")).expect("removed");
    assert!(refused("small.toml", "job").contains("did not make it"));
    fs::write(dir.path().join("job/base/.skipbench-gate"), "").expect("written");
    ends(dir.path(), &own, 3);
}

#[test]
fn what_cannot_be_built_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let (_, error) = ends(dir.path(), &["gate", "--against", "main"], 2);
    assert!(error.contains("checkout"), "{error}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = skipbench(&root).args(["gate", "--against", "no-such-revision"]).output().expect("started");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    // Without git, or in a source archive, there is no revision at all.
    let git = Command::new("git").current_dir(&root).args(["rev-parse", "HEAD"]).output();
    if git.is_ok_and(|git| git.status.success()) {
        assert!(output.status.code() == Some(2) && error.contains("no commit no-such-revision"), "{error}");
    }
}
