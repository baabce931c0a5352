//! What is left of a run that was interrupted or killed, or whose worker was.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use skipbench_reports::rows::record::Status;
use skipbench_reports::rows::store::RUNS;

use super::run::{rows, suite};
use super::{TINY, ends, skipbench};

/// Starts a run by hand, so that it can be killed.
pub(crate) fn start(dir: &Path, arguments: &[&str]) -> Child {
    skipbench(dir).args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started")
}

pub(crate) fn wait_for_rows(out: &Path, count: usize) -> Vec<u8> {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let bytes = fs::read(out.join(RUNS)).unwrap_or_default();
        if bytes.iter().filter(|byte| **byte == b'\n').count() > count {
            return bytes;
        }
        assert!(Instant::now() < deadline, "no {count} rows in a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_killed_run_resumes_without_losing_or_repeating_a_row() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), &TINY.replace("\nsteps = 2", "\nsteps = 60").replace("epochs = 1", "epochs = 2"));
    let out = dir.path().join("out");
    let mut parent = start(dir.path(), &["run", "suite.toml", "--out", "out"]);
    wait_for_rows(&out, 3);
    parent.kill().expect("killed");
    parent.wait().expect("dead");
    let before = fs::read(out.join(RUNS)).expect("rows");
    ends(dir.path(), &["run", "--resume", "out"], 0);
    let after = fs::read(out.join(RUNS)).expect("rows");
    assert!(after.starts_with(&before), "finished rows stay as they were");
    let rows = rows(&out);
    let cells: HashSet<&str> = rows.iter().map(|row| row.cell.as_str()).collect();
    assert_eq!((rows.len(), cells.len()), (24, 24), "every cell once");
}

#[cfg(unix)]
#[test]
fn an_interrupt_finishes_the_row_in_hand_and_says_how_to_go_on() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), &TINY.replace("jobs = 2", "jobs = 1"));
    let parent = start(dir.path(), &["run", "suite.toml", "--out", "out"]);
    wait_for_rows(&dir.path().join("out"), 1);
    Command::new("kill").args(["-INT", &parent.id().to_string()]).status().expect("kill");
    let output = parent.wait_with_output().expect("ends by itself");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("skipbench run --resume out"), "{told}");
    let finished = rows(&dir.path().join("out"));
    assert!((1..24).contains(&finished.len()) && finished.iter().all(|row| row.status == Status::Ok));
}

/// Nothing is left to do after the last cell, so that an interrupt during it takes nothing away.
#[cfg(unix)]
#[test]
fn an_interrupt_in_the_last_cell_still_ends_with_the_comparison() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), &TINY.replace("\nsteps = 2", "\nsteps = 200").replace("epochs = 1", "epochs = 10"));
    let last = ["run", "suite.toml", "--out", "out", "--seeds", "1", "--filter", "resnet8-w4/train/", "--json"];
    let mut parent =
        skipbench(dir.path()).args(last).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
    let mut lines = BufReader::new(parent.stdout.take().expect("piped")).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("\"started\"")));
    Command::new("kill").args(["-INT", &parent.id().to_string()]).status().expect("kill");
    assert!(lines.any(|line| line.contains("\"done\"")));
    assert_eq!(parent.wait().expect("ends by itself").code(), Some(0));
}

/// The folders in `/proc` of the workers of runs in `dir`.
#[cfg(target_os = "linux")]
fn workers(dir: &Path) -> Vec<PathBuf> {
    let processes = fs::read_dir("/proc").expect("proc").flatten().map(|entry| entry.path());
    let marker = dir.join("out").display().to_string();
    let ours = |process: &PathBuf| {
        let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
        let folder = fs::read_link(process.join("cwd")).unwrap_or_default();
        arguments.contains(" worker ") && (arguments.contains(&marker) || folder == dir)
    };
    processes.filter(ours).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_worker_is_a_row_that_says_so_and_the_run_goes_on() {
    let dir = tempfile::tempdir().expect("temp");
    let endless = "name = \"endless\"\nreference = \"plain8-w4\"\nrecipe = { epochs = 100000, steps = 1000000 }";
    let text = TINY.replace("jobs = 2", "jobs = 1").replace("seeds = [1, 2]", "seeds = [1]");
    suite(dir.path(), &text.replace("[[group]]", &format!("[[group]]\n{endless}\n\n[[group]]")));
    let parent = start(dir.path(), &["run", "suite.toml", "--out", "out", "--filter", "/train/"]);
    let deadline = Instant::now() + Duration::from_secs(30);
    let worker = loop {
        if let Some(worker) = workers(dir.path()).pop() {
            break worker;
        }
        assert!(Instant::now() < deadline, "no worker");
        std::thread::sleep(Duration::from_millis(5));
    };
    let id = worker.file_name().expect("a process's number").to_string_lossy().into_owned();
    Command::new("kill").args(["-KILL", &id]).status().expect("kill");
    let output = parent.wait_with_output().expect("ends by itself");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = rows(&dir.path().join("out"));
    let statuses: Vec<Status> = rows.iter().map(|row| row.status).collect();
    assert_eq!(statuses, [Status::Crashed, Status::Ok, Status::Ok], "{rows:?}");
    assert!(rows[0].error.contains("killed by signal 9"), "{}", rows[0].error);
}

#[cfg(target_os = "linux")]
#[test]
fn no_child_outlives_a_killed_parent() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), &TINY.replace("\nsteps = 2", "\nsteps = 100000").replace("epochs = 1", "epochs = 100000"));
    let mut parent = start(dir.path(), &["run", "suite.toml", "--out", "out", "--filter", "/train/"]);
    let children = || workers(dir.path());
    let until = |alive: bool| {
        let deadline = Instant::now() + Duration::from_secs(30);
        while children().is_empty() == alive {
            assert!(Instant::now() < deadline, "children alive: {:?}", children());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    until(true);
    parent.kill().expect("killed");
    parent.wait().expect("dead");
    until(false);
}
