//! Signals: those that ask a run to end, those that do not, and those that were ignored from the start.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::killed::wait_for_rows;
use super::run::{rows, suite};
use super::{TINY, skipbench};

fn send(signal: &str, to: &str) {
    Command::new("kill").args([&format!("-{signal}"), "--", to]).status().expect("kill");
}

/// A run of the whole suite, started by a shell that first does `before`, in a group of its own.
fn start(dir: &Path, before: &str) -> Child {
    suite(dir, TINY);
    let mut shell = Command::new("sh");
    let words = format!("{before} exec \"$0\" run suite.toml --out out");
    shell.args(["-c", &words, env!("CARGO_BIN_EXE_skipbench")]).current_dir(dir).env_remove("SKIPBENCH_DATA");
    std::os::unix::process::CommandExt::process_group(&mut shell, 0);
    shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    let dir = tempfile::tempdir().expect("temp");
    let run = start(dir.path(), "trap '' HUP INT TERM;");
    wait_for_rows(&dir.path().join("out"), 1);
    for signal in ["HUP", "INT", "TERM", "INT"] {
        send(signal, &run.id().to_string());
    }
    let output = run.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(rows(&dir.path().join("out")).len(), 24);
}

#[test]
fn a_terminal_that_is_closed_does_not_end_a_run_and_a_sigterm_does() {
    let dir = tempfile::tempdir().expect("temp");
    let run = start(dir.path(), "");
    wait_for_rows(&dir.path().join("out"), 1);
    send("HUP", &format!("-{}", run.id()));
    wait_for_rows(&dir.path().join("out"), 4);
    send("TERM", &run.id().to_string());
    let output = run.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(130), "{}", told(&output));
    assert!(told(&output).contains("skipbench run --resume out"), "{}", told(&output));
}

/// As a terminal sends it: to the whole group, at any moment of the first second.
#[test]
fn an_interrupt_before_the_first_cell_ends_quietly() {
    for wait in [30, 60, 120, 200, 300, 450] {
        let dir = tempfile::tempdir().expect("temp");
        let run = start(dir.path(), "");
        std::thread::sleep(Duration::from_millis(wait));
        send("INT", &format!("-{}", run.id()));
        let output = run.wait_with_output().expect("ends");
        let said = told(&output);
        // Before the program listens at all, the signal ends it as any other.
        assert!(matches!(output.status.code(), Some(130) | None), "{wait} ms: {:?}, {said}", output.status);
        assert!(!said.contains("error:"), "{wait} ms: {said}");
    }
}

/// The processes that `parent` started and that are alive.
#[cfg(target_os = "linux")]
fn children(parent: u32) -> Vec<String> {
    let list = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    list.split_whitespace().map(str::to_owned).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn the_check_of_a_device_does_not_outlive_a_killed_parent() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    let mut run = skipbench(dir.path());
    run.args(["run", "suite.toml", "--out", "out"]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut run = run.spawn().expect("started");
    let deadline = Instant::now() + Duration::from_secs(20);
    let is_check =
        |id: &String| fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default().contains("--check");
    let check = loop {
        if let Some(check) = children(run.id()).into_iter().find(is_check) {
            break check;
        }
        assert!(Instant::now() < deadline, "no check of a device");
        std::thread::sleep(Duration::from_millis(1));
    };
    run.kill().expect("killed");
    run.wait().expect("dead");
    while is_check(&check) {
        assert!(Instant::now() < deadline, "it is alive");
        std::thread::sleep(Duration::from_millis(5));
    }
}
