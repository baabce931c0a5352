//! Whole suites through the real binary.

use std::fs;
use std::path::Path;

use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::read;

use super::data::write_folder;
use super::killed::{start, wait_for_rows};
use super::{TINY, ends, refused};

pub(crate) fn suite(dir: &Path, text: &str) {
    fs::write(dir.join("suite.toml"), text).expect("written");
}

pub(crate) fn rows(dir: &Path) -> Vec<RunRow> {
    read(dir).unwrap_or_else(|error| panic!("{error}")).into_iter().map(|run| run.row).collect()
}

#[test]
fn a_suite_runs_to_rows_a_comparison_and_a_table() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    let (table, told) = ends(dir.path(), &["run", "suite.toml", "--out", "out"], 0);
    assert!(table.contains("pair: digits on flex, matched in params, compared with resnet8-w4"), "{table}");
    let (_, end) = table.split_once("What each skip changes").expect("the answer comes last");
    assert!(end.contains("test accuracy") && end.contains(".\n") && end.ends_with("rows: out\n"), "{table}");
    assert!(told.contains("[24/24]"), "a line per cell where there is no terminal: {told}");

    let out = dir.path().join("out");
    let rows = rows(&out);
    assert_eq!(rows.len(), 24);
    assert!(rows.iter().all(|row| row.status == Status::Ok && row.params.is_some()), "{rows:?}");
    assert!(
        rows.iter().all(|row| row.data_sha256.len() == 64 && row.train_images == 597 && !row.device_name.is_empty())
    );
    for row in &rows {
        let measured = match row.task.as_str() {
            "train" => row.test_correct.is_some() && row.loss.is_some() && row.heap_peak_bytes.is_none(),
            "train-step" | "infer" => row.step_ns_median.is_some() && row.test_correct.is_none(),
            _ => row.heap_peak_bytes > row.heap_start_bytes && row.step_ns_median.is_none(),
        };
        assert!(measured, "{row:?}");
    }
    let (compared, _) = ends(dir.path(), &["compare", "out", "--csv"], 0);
    assert_eq!(
        compared,
        fs::read_to_string(out.join("comparison.csv")).expect("written"),
        "recomputed from the rows alone"
    );
    assert!(fs::read_to_string(out.join("host.toml")).expect("written").contains("logical_cpus"));
    assert!(!out.join("checkpoints").exists());

    again_is_refused(dir.path());
    one_cell_replays(dir.path(), &rows[0]);
    the_gate_passes_and_finds_what_changed(dir.path(), &rows);
}

fn again_is_refused(dir: &Path) {
    let message = refused(dir, &["run", "suite.toml", "--out", "out"]);
    assert!(message.contains("holds a run already") && message.contains("--resume out"), "{message}");
}

fn one_cell_replays(dir: &Path, row: &RunRow) {
    let (said, _) = ends(dir, &["replay", "out", &row.cell[..8]], 0);
    let outcome: skipbench::internals::cell::Outcome = serde_json::from_str(&said).expect("JSON");
    assert_eq!(outcome.measured.params, row.params);
    assert!(refused(dir, &["replay", "out", "zzz"]).contains("no cell begins with"));
}

fn the_gate_passes_and_finds_what_changed(dir: &Path, rows: &[RunRow]) {
    ends(dir, &["gate", "--base", "out", "--head", "out"], 0);
    let head = dir.join("head");
    fs::create_dir(&head).expect("made");
    for name in ["host.toml", "plan.json"] {
        fs::copy(dir.join("out").join(name), head.join(name)).expect("copied");
    }
    let worse = |row: &RunRow| RunRow { heap_peak_bytes: row.heap_peak_bytes.map(|bytes| bytes * 2), ..row.clone() };
    let mut runs = skipbench_reports::rows::store::read(&dir.join("out")).expect("whole");
    runs.iter_mut().zip(rows).for_each(|(run, row)| run.row = worse(row));
    skipbench_reports::rows::store::write(&head, &runs).expect("written");
    let (verdict, _) = ends(dir, &["gate", "--base", "out", "--head", "head"], 1);
    assert!(verdict.contains("heap_peak_bytes"), "{verdict}");
}

/// Two good cells, and between them one of every kind that fails.
const FAILING: &str = r#"
name = "failing"
data = "digits"
seeds = [1]
tasks = ["train"]
timeout_s = 2
memory_limit_mib = 64

[recipe]
epochs = 1
steps = 2
batch = 64

[[group]]
name = "good"
reference = "resnet8-w4"

[[group]]
name = "too large"
reference = "densenet-40-12"
recipe = { batch = 512 }

[[group]]
name = "too slow"
reference = "resnet8-w8"
recipe = { epochs = 100000, steps = 1000000 }

[[group]]
name = "diverging"
reference = "resnet8-w12"
recipe = { lr = 1e30, steps = 9 }

[[group]]
name = "good again"
reference = "plain8-w4"
"#;

#[test]
fn failing_cells_are_rows_among_good_ones() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), FAILING);
    let (table, _) = ends(dir.path(), &["run", "suite.toml", "--out", "out"], 1);
    let found: Vec<(String, Status, String)> =
        rows(&dir.path().join("out")).into_iter().map(|row| (row.group, row.status, row.error)).collect();
    let statuses: Vec<Status> = found.iter().map(|(_, status, _)| *status).collect();
    assert_eq!(statuses, [Status::Ok, Status::OutOfMemory, Status::Timeout, Status::Failed, Status::Ok], "{found:?}");
    assert!(
        found[1].2.contains("64 MiB") && found[2].2.contains("2 s") && found[3].2.contains("diverged"),
        "{found:?}"
    );
    assert!(table.contains("not measured: densenet-40-12, train, seed 1"), "{table}");

    // Failed cells have a row, so that going on repeats none of them unless asked.
    ends(dir.path(), &["run", "--resume", "out", "--quiet"], 1);
    assert_eq!(rows(&dir.path().join("out")).len(), 5);
    ends(dir.path(), &["run", "--resume", "out", "--quiet", "--retry-failed"], 1);
    assert_eq!(rows(&dir.path().join("out")).len(), 5);
}

#[test]
fn two_runs_do_not_share_a_directory() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), &TINY.replace("\nsteps = 2", "\nsteps = 100000").replace("epochs = 1", "epochs = 100000"));
    let mut first = start(dir.path(), &["run", "suite.toml", "--out", "out"]);
    wait_for_rows(&dir.path().join("out"), 1);
    let message = refused(dir.path(), &["run", "--resume", "out"]);
    first.kill().expect("killed");
    first.wait().expect("dead");
    assert!(message.contains("another skipbench"), "{message}");
}

#[test]
fn ones_own_images_are_learned() {
    let dir = tempfile::tempdir().expect("temp");
    write_folder(&dir.path().join("pictures"));
    let text =
        TINY.replace("\"digits\"", "\"folder:pictures\"\nimage_size = 8").replace("seeds = [1, 2]", "seeds = [1]");
    suite(dir.path(), &text.replace("batch = 16", "batch = 4"));
    ends(dir.path(), &["run", "suite.toml", "--out", "out", "--quiet"], 0);
    let rows = rows(&dir.path().join("out"));
    assert_eq!((rows[0].data.as_str(), rows[0].train_images, rows[0].classes), ("folder:pictures", 8, 2));

    // The same by the command line, in place of the suite's own data.
    suite(dir.path(), TINY);
    let arguments =
        ["run", "suite.toml", "--data", "folder:pictures", "--filter", "infer seed=1", "--out", "own", "--quiet"];
    ends(dir.path(), &arguments, 0);
    let own = self::rows(&dir.path().join("own"));
    assert_eq!(own.len(), 5, "one set of infer, with the twin, and peak-memory-infer of two models");
    assert!(own[0].command.contains("--filter 'infer seed=1'"), "a shell takes it as it is: {}", own[0].command);
}

#[test]
fn json_lines_tell_every_step() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    let arguments = ["run", "suite.toml", "--json", "--seeds", "7", "--filter", "infer", "--out", "out"];
    let (said, _) = ends(dir.path(), &arguments, 0);
    let lines: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let count = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert_eq!((count("started"), count("row"), count("done")), (8, 8, 1));
    assert!(lines.iter().filter(|line| line["event"] == "row").all(|line| line["row"]["seed"] == 7));
}
