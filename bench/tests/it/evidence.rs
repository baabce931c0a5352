//! What the gate and a resumption rest on, through the real binary: plan, machine, schema and the baseline's mark. What
//! is missing or edited ends with an error and measures nothing.

use std::fs;
use std::path::Path;

use skipbench_reports::rows::record::SCHEMA_VERSION;
use skipbench_reports::rows::store;

use super::gate::{GATE, changed, folder};
use super::{ends, refused};

/// Puts another text in place of one in a file.
fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("there");
    assert!(text.contains(from), "{}: {from} in {text}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

/// A plan as earlier versions wrote it.
fn unseal(path: &Path) {
    let text = fs::read_to_string(path).expect("there");
    let (open, _) = text.rsplit_once(",\n  \"digest\"").expect("a seal");
    fs::write(path, format!("{open}\n}}")).expect("written");
}

#[test]
fn the_gate_wants_machine_and_plan_of_both_sides() {
    let dir = folder();
    let dir = dir.path();
    for name in ["host.toml", "plan.json"] {
        changed(dir, str::to_owned);
        fs::remove_file(dir.join("b").join(name)).expect("there");
        for words in [GATE, ["gate", "--base", "b", "--head", "a"]] {
            let error = refused(dir, &words);
            assert!(error.contains(&format!("b/{name}")), "{error}");
        }
        let error = refused(dir, &["gate", "--base", "new", "--head", "b", "--bless"]);
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn a_plan_that_was_edited_is_refused_by_every_command_and_nothing_is_measured() {
    let dir = folder();
    let dir = dir.path();
    changed(dir, str::to_owned);
    let (plan, rows) = (dir.join("b/plan.json"), dir.join("b/runs.csv"));
    let before = fs::read(&rows).expect("rows");
    edit(&plan, "\"lr\": 0.1", "\"lr\": 0.2");
    for words in [&["run", "--resume", "b", "-q"][..], &GATE, &["replay", "b", "0"]] {
        let error = refused(dir, words);
        assert!(error.contains("b/plan.json") && error.contains("digest"), "{words:?}: {error}");
    }
    unseal(&plan);
    for words in
        [&["run", "--resume", "b", "-q"][..], &["run", "--resume", "b", "--list"], &GATE, &["replay", "b", "0"]]
    {
        let error = refused(dir, words);
        assert!(error.contains("b/plan.json: its last key, digest, is missing"), "{words:?}: {error}");
    }
    assert_eq!(fs::read(&rows).expect("rows"), before, "nothing was measured");
    // A plan of an earlier version has no seal; the rows tell.
    fs::write(&rows, older(&String::from_utf8(before).expect("text"))).expect("written");
    let error = refused(dir, &["run", "--resume", "b", "-q"]);
    assert!(error.contains("rows belong to no cell of plan.json"), "{error}");
}

#[test]
fn a_plan_of_an_earlier_version_is_gone_on_with_and_judged() {
    let dir = folder();
    let dir = dir.path();
    changed(dir, older);
    unseal(&dir.join("b/plan.json"));
    let started = || {
        let runs = store::read(&dir.join("b")).expect("whole");
        runs.into_iter().map(|run| (run.row.cell, run.row.started)).collect::<Vec<_>>()
    };
    let before = started();
    assert!(!refused(dir, &["gate", "--base", "b", "--head", "a"]).contains("plan.json"), "read as it is");
    // From the second time on rows and plan are of this version.
    for _ in 0..2 {
        ends(dir, &["run", "--resume", "b", "-q"], 0);
        assert_eq!(started(), before, "every cell was there");
    }
    assert!(fs::read_to_string(dir.join("b/plan.json")).expect("there").contains("\"digest\""));
    assert!(!refused(dir, &GATE).contains("plan.json"));
}

/// Columns that came after schema version 3.
const LATER: [&str; 14] = [
    "set",
    "pilot_sets",
    "time_reference",
    "time_ratio",
    "turns",
    "dropped_turns",
    "work_allocations",
    "work_allocated_bytes",
    "work_kernel_calls",
    "work_kernel_macs",
    "work_kernel_bytes",
    "work_instructions",
    "plan",
    "digest",
];

/// Rows as schema version 3 wrote them: without seals, and in no set.
fn older(rows: &str) -> String {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(rows.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("a table");
    let kept: Vec<bool> = records[0].iter().map(|name| !LATER.contains(&name)).collect();
    let (mut writer, this) = (csv::Writer::from_writer(Vec::new()), SCHEMA_VERSION.to_string());
    for record in &records {
        let version =
            |(at, text): (usize, &str)| if at == 0 && text == this { "3".to_owned() } else { text.to_owned() };
        let fields = record.iter().enumerate().map(version).zip(&kept).filter(|(_, kept)| **kept);
        writer.write_record(fields.map(|(text, _)| text)).expect("in memory");
    }
    String::from_utf8(writer.into_inner().expect("in memory")).expect("text")
}

#[test]
fn a_head_of_an_older_schema_is_refused_and_such_a_base_is_named() {
    let dir = folder();
    let dir = dir.path();
    changed(dir, older);
    let error = refused(dir, &GATE);
    assert!(error.contains("b/runs.csv") && error.contains("version 3") && error.contains("no seals"), "{error}");
    // Such a base is read, with a note. What it timed alone is other work than what took turns.
    let error = refused(dir, &["gate", "--base", "b", "--head", "a"]);
    assert!(error.contains("note: b: rows of schema version 3"), "{error}");
    assert!(error.contains("the head lacks one/resnet8-w4/train-step"), "{error}");
}

#[test]
fn rows_that_are_gone_with_their_samples_are_missed() {
    let dir = folder();
    let dir = dir.path();
    fs::create_dir(dir.join("b")).expect("a folder");
    for name in ["host.toml", "plan.json"] {
        fs::copy(dir.join("a").join(name), dir.join("b").join(name)).expect(name);
    }
    let first = |name: &str, own: &dyn Fn(&str) -> bool| {
        let text = fs::read_to_string(dir.join("a").join(name)).expect("there");
        let kept: String = text
            .lines()
            .enumerate()
            .filter(|(at, line)| *at == 0 || own(line))
            .fold(String::new(), |text, (_, line)| text + line + "\n");
        fs::write(dir.join("b").join(name), kept).expect("written");
    };
    let rows = fs::read_to_string(dir.join("a/runs.csv")).expect("rows");
    let cell = rows.lines().nth(1).and_then(|row| row.split(',').nth(1)).expect("a cell").to_owned();
    first("runs.csv", &|line| line.contains(&cell));
    first("samples.csv", &|line| line.starts_with(&cell));
    for words in [["gate", "--base", "b", "--head", "b"], ["gate", "--base", "b", "--head", "a"]] {
        let error = refused(dir, &words);
        assert!(error.contains("b: 1 row, but the plan has 3 cells"), "{error}");
    }
}

#[test]
fn a_baseline_is_known_by_its_mark_which_covers_all_of_its_rows() {
    let dir = folder();
    let dir = dir.path();
    ends(dir, &["gate", "--base", "new", "--head", "a", "--bless"], 0);
    let judged = ["gate", "--base", "new", "--head", "a"];
    ends(dir, &judged, 0);
    let mark = fs::read_to_string(dir.join("new/baseline.json")).expect("written");
    fs::write(dir.join("new/baseline.json"), mark.replacen("\"cells\": 3", "\"cells\": 1", 1)).expect("edited");
    assert!(refused(dir, &judged).contains("digest"));
    fs::write(dir.join("new/baseline.json"), &mark).expect("restored");
    let rows = fs::read_to_string(dir.join("new/runs.csv")).expect("there");
    fs::write(dir.join("new/runs.csv"), rows.replace('\n', "\r\n")).expect("as Git on Windows has it");
    ends(dir, &judged, 0);
    // A baseline of an earlier version: no mark, and the command that gives it one.
    fs::remove_file(dir.join("new/baseline.json")).expect("there");
    let error = refused(dir, &judged);
    assert!(error.contains("skipbench gate --base new --head new --bless"), "{error}");
    ends(dir, &["gate", "--base", "new", "--head", "new", "--bless"], 0);
    assert_eq!(fs::read_to_string(dir.join("new/baseline.json")).expect("written"), mark);
    ends(dir, &judged, 0);
}

#[test]
fn a_blessing_takes_the_place_of_a_baseline_and_of_nothing_else() {
    let dir = folder();
    let dir = dir.path();
    changed(dir, str::to_owned);
    let kept = |name: &str| fs::read(dir.join(name)).expect("there");
    let rows = kept("b/runs.csv");
    let error = refused(dir, &["gate", "--base", "b", "--head", "a", "--bless"]);
    assert!(error.contains("b: it holds a run") && error.contains("--base"), "{error}");
    assert_eq!(kept("b/runs.csv"), rows);
    for name in ["baseline.json", "samples.csv", "host.toml"] {
        let place = format!("of-others-{name}");
        fs::create_dir(dir.join(&place)).expect("a folder");
        fs::write(dir.join(&place).join(name), "mine\n").expect("written");
        let error = refused(dir, &["gate", "--base", &place, "--head", "a", "--bless"]);
        assert!(error.contains(&format!("{place}: {name} belongs to no baseline")), "{error}");
        assert_eq!(kept(&format!("{place}/{name}")), b"mine\n");
    }
}
