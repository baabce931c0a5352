//! What the gate and a resumption rest on, through the real binary: plan, machine, schema and the baseline's mark. What
//! is missing or edited ends with an error and measures nothing.

use std::fs;
use std::path::Path;

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
        let error = refused(dir, &[&GATE[..], &["--bless"]].concat());
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
    // Without a seal the rows tell.
    unseal(&plan);
    let error = refused(dir, &["run", "--resume", "b", "-q"]);
    assert!(error.contains("rows are of no cell of plan.json"), "{error}");
    assert_eq!(fs::read(&rows).expect("rows"), before, "nothing was measured");
}

#[test]
fn a_plan_of_an_earlier_version_is_gone_on_with_and_judged() {
    let dir = folder();
    let dir = dir.path();
    changed(dir, str::to_owned);
    unseal(&dir.join("b/plan.json"));
    let before = fs::read(dir.join("b/runs.csv")).expect("rows");
    ends(dir, &["run", "--resume", "b", "-q"], 0);
    assert_eq!(fs::read(dir.join("b/runs.csv")).expect("rows"), before, "every cell was there");
    assert!(!refused_as_plan(dir, &GATE));
}

/// Whether a gate ends for its plan's sake. Times that took no turns are not judged, and all else passes.
fn refused_as_plan(dir: &Path, words: &[&str]) -> bool {
    ends(dir, words, 0).1.contains("plan.json")
}

/// Columns that version 5 brought.
const NEW: [&str; 11] = [
    "set",
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
];

/// Rows as schema version 3 wrote them: without seals, and without what came later.
fn older(rows: &str) -> String {
    let mut reader = csv::Reader::from_reader(rows.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let known = |name: &str| name != "digest" && !NEW.contains(&name);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header.iter().filter(|name| known(name))).expect("written");
    for record in reader.records() {
        let record = record.expect("whole");
        let kept = header.iter().zip(&record).filter(|(name, _)| known(name));
        let put = kept.map(|(name, value)| if name == "schema_version" { "3" } else { value });
        writer.write_record(put).expect("written");
    }
    String::from_utf8(writer.into_inner().expect("flushed")).expect("text")
}

#[test]
fn a_head_of_an_older_schema_is_refused_and_such_a_base_is_named() {
    let dir = folder();
    let dir = dir.path();
    changed(dir, older);
    let error = refused(dir, &GATE);
    assert!(error.contains("b/runs.csv") && error.contains("version 3") && error.contains("no seals"), "{error}");
    let (_, note) = ends(dir, &["gate", "--base", "b", "--head", "a"], 0);
    assert!(note.contains("note: b: rows of schema version 3"), "{note}");
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
        assert!(error.contains("b: 1 rows, but the plan has 2 cells"), "{error}");
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
    fs::write(dir.join("new/baseline.json"), mark.replacen("\"cells\": 2", "\"cells\": 1", 1)).expect("edited");
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
