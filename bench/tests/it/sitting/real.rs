//! Sets of real processes: rows, a kill, an interrupt, a member that cannot be measured.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::{self, RUNS};

use crate::killed::{start, wait_for_rows};
use crate::run::{rows, suite};
use crate::{TINY, ends};

/// The two sets of inference.
const INFER: [&str; 6] = ["run", "suite.toml", "--out", "out", "--filter", "/infer/"];

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    dir
}

#[test]
fn sets_have_a_row_of_every_member_and_ratios_to_the_reference() {
    let dir = folder();
    let (_, told) = ends(dir.path(), &INFER, 0);
    assert!(told.contains("[3/6] pair infer, set 1 of 2: resnet8-w4 ") && told.contains("(A/A) "), "{told}");
    let rows = rows(&dir.path().join("out"));
    let members: Vec<(&str, bool, Option<u64>, u64)> =
        rows.iter().map(|row| (row.model.as_str(), row.twin, row.set, row.seed)).collect();
    let set = |set, seed| {
        [
            ("resnet8-w4", false, Some(set), seed),
            ("plain8-w4", false, Some(set), seed),
            ("resnet8-w4", true, Some(set), seed),
        ]
    };
    assert_eq!(members, [set(1, 1), set(2, 2)].concat());
    for row in &rows {
        let compared = row.twin || row.model == "plain8-w4";
        assert_eq!(compared, row.time_ratio.is_some_and(|ratio| (0.1..10.0).contains(&ratio)), "{row:?}");
        assert_eq!(row.time_reference, if compared { "resnet8-w4" } else { "" });
        assert!(row.status == Status::Ok && row.turns > Some(0) && row.timed_steps >= Some(2), "{row:?}");
        assert!(row.output_shape == "16x10" && row.rss_peak_bytes.is_some() && row.warmup_ns.is_some(), "{row:?}");
    }
    let (_, said) = ends(dir.path(), &["replay", "out", &rows[1].cell], 0);
    assert!(said.contains("took turns with others in set 1"), "{said}");
}

#[test]
fn a_step_of_training_has_its_parts_and_its_loss_in_a_set() {
    let dir = folder();
    ends(dir.path(), &["run", "suite.toml", "--out", "out", "--filter", "/train-step/", "--sets", "1", "-q"], 0);
    for row in rows(&dir.path().join("out")) {
        let parts = [row.forward_ns_median, row.backward_ns_median, row.optimizer_ns_median];
        assert!(parts.iter().all(Option::is_some) && row.loss.is_some() && row.set == Some(1), "{row:?}");
    }
}

/// Rows of one set come from one sitting.
#[test]
fn a_set_that_lost_a_row_is_measured_anew_as_a_whole() {
    let dir = folder();
    ends(dir.path(), &INFER, 0);
    let out = dir.path().join("out");
    let runs = store::read(&out).expect("whole");
    // As a kill between two rows of the second set leaves it.
    store::write(&out, &runs[..5]).expect("written");
    ends(dir.path(), &["run", "--resume", "out", "-q"], 0);
    let (before, after): (Vec<&RunRow>, Vec<RunRow>) = (runs.iter().map(|run| &run.row).collect(), rows(&out));
    assert_eq!(after.iter().collect::<Vec<_>>()[..3], before[..3], "the first set stays as it was");
    assert_eq!(after.len(), 6);
    assert!(after[3..].iter().all(|row| row.started == after[3].started && row.started != before[3].started));
}

#[test]
fn a_run_that_is_killed_within_a_set_resumes_and_leaves_no_process() {
    let dir = folder();
    let long = TINY.replace("timed_ms = 1", "timed_ms = 1500");
    suite(dir.path(), &long);
    let out = dir.path().join("out");
    let mut parent = start(dir.path(), &INFER);
    wait_for_rows(&out, 3);
    let deadline = Instant::now() + Duration::from_secs(60);
    while driven(parent.id()).len() < 6 {
        assert!(Instant::now() < deadline, "no second set");
        std::thread::sleep(Duration::from_millis(5));
    }
    let children = driven(parent.id());
    parent.kill().expect("killed");
    parent.wait().expect("dead");
    let before = fs::read(out.join(RUNS)).expect("rows");
    while children.iter().any(|child| is_driven(child)) {
        assert!(Instant::now() < deadline, "{children:?} are alive");
        std::thread::sleep(Duration::from_millis(5));
    }
    ends(dir.path(), &["run", "--resume", "out", "-q"], 0);
    assert!(fs::read(out.join(RUNS)).expect("rows").starts_with(&before), "finished sets stay as they were");
    let rows = rows(&out);
    let cells: HashSet<&str> = rows.iter().map(|row| row.cell.as_str()).collect();
    assert_eq!((rows.len(), cells.len()), (6, 6));
}

/// The guards among a process's children, and the programs that they started, by their folders in `/proc`.
fn driven(parent: u32) -> Vec<String> {
    let all = children(parent).into_iter().flat_map(|guard| [vec![guard], children(guard)].concat());
    all.map(|id| format!("/proc/{id}")).filter(|process| is_driven(process)).collect()
}

fn children(parent: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

fn is_driven(process: &str) -> bool {
    let words = fs::read(Path::new(process).join("cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&words).contains("steps\0--cell")
}

#[test]
fn an_interrupt_within_a_set_leaves_the_set_to_do() {
    let dir = folder();
    suite(dir.path(), &TINY.replace("timed_ms = 1", "timed_ms = 20000"));
    let parent = start(dir.path(), &INFER);
    let deadline = Instant::now() + Duration::from_secs(60);
    while driven(parent.id()).len() < 6 {
        assert!(Instant::now() < deadline, "no set");
        std::thread::sleep(Duration::from_millis(5));
    }
    Command::new("kill").args(["-INT", &parent.id().to_string()]).status().expect("kill");
    let output = parent.wait_with_output().expect("ends by itself");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("a set stops after its turn") && told.contains("stopped with 6 cells left"), "{told}");
    assert!(rows(&dir.path().join("out")).is_empty());
}

#[test]
fn a_filter_that_leaves_one_member_measures_it_alone() {
    let dir = folder();
    let words = ["run", "suite.toml", "--out", "out", "--filter", "plain8-w4/infer/", "--sets", "3"];
    let (_, told) = ends(dir.path(), &words, 0);
    assert!(told.contains("note: the filter leaves plain8-w4 nothing to take turns with"), "{told}");
    let rows: Vec<(Option<u64>, u64, u64)> =
        rows(&dir.path().join("out")).iter().map(|row| (row.set, row.seed, row.round)).collect();
    assert_eq!(rows, [(None, 1, 0), (None, 2, 0), (None, 1, 1)], "a seed's second set is its second round");
}

/// A network that does not fit into the suite's memory beside one that does.
#[test]
fn a_member_that_cannot_be_measured_is_a_row_and_the_others_go_on() {
    let dir = folder();
    let text = TINY.replace("memory_limit_mib = 512", "memory_limit_mib = 64").replace("batch = 16", "batch = 128");
    suite(
        dir.path(),
        &text.replace("budget = \"params\"\nmodels = [\"plain8-w4\"]", "models = [\"densenet-40-24\", \"plain8-w4\"]"),
    );
    let words = ["run", "suite.toml", "--out", "out", "--filter", "/train-step/", "--sets", "1"];
    let (_, told) = ends(dir.path(), &words, 1);
    let rows = rows(&dir.path().join("out"));
    let statuses: Vec<Status> = rows.iter().map(|row| row.status).collect();
    assert_eq!(statuses, [Status::Ok, Status::OutOfMemory, Status::Ok, Status::Ok], "{rows:?}");
    let error = &rows[1].error;
    assert!(error.starts_with("above the memory limit of 64 MiB, or of the machine: memory allocation of "), "{error}");
    assert!(error.ends_with(" bytes failed"), "without the allocator's backtrace: {error}");
    assert!(rows[1].error.contains("memory allocation of") && told.contains("densenet-40-24 not measured"), "{told}");
    assert!(rows[1].time_ratio.is_none() && rows[2].time_ratio.is_some());
}
