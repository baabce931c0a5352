//! The processes of `skipbench versus`: interrupts, deaths of the driver, and what must not be left behind.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use super::versus::versus;
use super::versus::{outcome, sleeping};
use crate::skipbench;

/// Programs that are kept busy so while they should sleep.
#[cfg(target_os = "linux")]
pub(crate) fn spinning() -> String {
    format!("sh -c 'while :; do :; done & exec {} steps --sleep 500us'", env!("CARGO_BIN_EXE_skipbench"))
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_a_program_started_and_that_does_not_sleep_is_told() {
    let dir = tempfile::tempdir().expect("temp");
    let orphan =
        format!("sh -c '(while :; do :; done &); exec {} steps --sleep 500us'", env!("CARGO_BIN_EXE_skipbench"));
    let (said, _) = versus(dir.path(), &[&sleeping(""), &spinning(), &orphan], &["--names", "still,child,orphan"], 0);
    for name in ["child", "orphan"] {
        assert!(said.contains(&format!("{name} works between its turns")), "{said}");
    }
    assert!(!said.contains("still works"), "{said}");
    assert_eq!(left(dir.path()), 0);
}

/// The command lines of processes whose folder is `dir`.
pub(crate) fn processes(dir: &Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let ours = processes.filter(|process| fs::read_link(process.join("cwd")).is_ok_and(|folder| folder == dir));
    ours.filter_map(|process| Some(fs::read_to_string(process.join("cmdline")).ok()?.replace('\0', " "))).collect()
}

pub(crate) fn left(dir: &Path) -> usize {
    processes(dir).len()
}

pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Two programs that go on for long. Once a process begins with `begun`, `signal` goes to the driver: its exit code.
#[cfg(target_os = "linux")]
fn interrupted(hanging: &str, begun: &str, signal: &str) -> Option<i32> {
    interrupts(&["versus", &sleeping(""), hanging, "--seconds", "600"], begun, signal)
}

/// The same with whatever starts programs.
#[cfg(target_os = "linux")]
pub(crate) fn interrupts(arguments: &[&str], begun: &str, signal: &str) -> Option<i32> {
    let dir = tempfile::tempdir().expect("temp");
    let mut command = skipbench(dir.path());
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    let mut driver = command.spawn().expect("started");
    wait_until("it is started", || processes(dir.path()).iter().any(|process| process.starts_with(begun)));
    Command::new("kill").args([signal, &driver.id().to_string()]).status().expect("kill");
    let status = driver.wait().expect("it ended");
    wait_until("nothing is left", || left(dir.path()) == 0);
    status.code()
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_leaves_no_process_behind() {
    let hanging = "sh -c 'trap \"\" INT TERM; sleep 600 & sleep 600'";
    assert_eq!(interrupted(hanging, "sleep 600", "-INT"), Some(130));
    assert_eq!(interrupted(&sleeping(""), &sleeping(""), "-TERM"), Some(130));
}

#[cfg(unix)]
#[test]
fn an_interrupt_keeps_the_sets_that_are_done() {
    use std::io::{BufRead, BufReader};
    let dir = tempfile::tempdir().expect("temp");
    let (a, b) = (sleeping(""), sleeping("--plant 10%"));
    let mut command = skipbench(dir.path());
    command.args(["versus", &a, &b, "--sets", "500", "--seconds", "0.2", "--out", "out"]);
    let mut driver = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let mut told = BufReader::new(driver.stderr.take().expect("piped")).lines().map_while(Result::ok);
    assert!(told.any(|line| line.contains("set 2 of 500 is done")));
    Command::new("kill").args(["-INT", &driver.id().to_string()]).status().expect("kill");
    drop(told.last());
    let output = driver.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(130), "{said}");
    let result = fs::read_to_string(dir.path().join("out/result.json")).expect("result");
    let sets = outcome(&result)["sets"].as_u64().expect("a number");
    assert!((2..500).contains(&sets) && outcome(&result)["interrupted_of"] == 500, "{result}");
    assert!(said.contains(&format!("Interrupted after {sets} of 500 sets")), "{said}");
    let turns = fs::read_to_string(dir.path().join("out/turns.csv")).expect("turns");
    let last = turns.lines().last().and_then(|line| line.split(',').next()).expect("a turn");
    assert_eq!(last, sets.to_string(), "no turn of the set in hand");
}

#[cfg(unix)]
#[test]
fn an_interrupt_before_the_first_set_keeps_nothing() {
    let dir = tempfile::tempdir().expect("temp");
    let a = sleeping("");
    let mut command = skipbench(dir.path());
    command.args(["versus", &a, &a, "--seconds", "600", "--out", "out"]).stderr(Stdio::null());
    let mut driver = command.spawn().expect("started");
    wait_until("it is started", || processes(dir.path()).iter().any(|process| process.starts_with(&a)));
    Command::new("kill").args(["-INT", &driver.id().to_string()]).status().expect("kill");
    assert_eq!(driver.wait().expect("ended").code(), Some(130));
    assert!(!dir.path().join("out").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_driver_leaves_no_grandchild_behind() {
    // A shell that waits for what it started, which does not see that its input ended.
    assert_eq!(interrupted("sh -c 'sleep 600; true'", "sleep 600", "-KILL"), None);
    // One that ended before, and one that left the group.
    assert_eq!(interrupted("sh -c '(sleep 600 &) ; exec sleep 700'", "sleep 600", "-KILL"), None);
    assert_eq!(interrupted("sh -c 'setsid sleep 600 & exec sleep 700'", "sleep 600", "-KILL"), None);
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_driver_leaves_no_process_behind_even_if_it_hangs() {
    // It does not see that its input ended.
    assert_eq!(interrupted("sleep 600", "sleep 600", "-KILL"), None);
    assert_eq!(interrupted(&sleeping(""), &sleeping(""), "-KILL"), None);
}
