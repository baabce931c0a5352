//! Children that do not end as they should, with shell scripts in their place.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use skipbench::internals::cell::{Measured, Message, Outcome, Task};
use skipbench::internals::run::{CellResult, Processes, Runner, Stop};
use skipbench_reports::rows::record::Status;

use super::cell;

/// Runs a script as the child of a cell, which must not take longer than a child is waited for.
fn child(dir: &Path, script: &str) -> CellResult {
    let program = dir.join("child");
    // Written by another process: one that this one forks meanwhile would hold it open, and then it cannot be started.
    let write = "printf '%s\\n' '#!/bin/sh' \"$1\" > \"$0\" && chmod 700 \"$0\"";
    Command::new("sh").args(["-c", write]).arg(&program).arg(script).status().expect("written");
    let (cell, start) = (cell("resnet8-w4", Task::Infer), Instant::now());
    let ended =
        Processes::new(&program).expect("a program").run(&cell, dir, &Stop::new(), &|_| {}).expect("nobody stopped it");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    ended
}

#[test]
fn a_child_that_hangs_after_its_result_does_not_stall_the_run() {
    let dir = tempfile::tempdir().expect("temp");
    let outcome = Outcome { device_name: "it".into(), measured: Measured::default(), samples: Vec::new() };
    let done = serde_json::to_string(&Message::Done(Box::new(outcome.clone()))).expect("JSON");
    let ended = child(dir.path(), &format!("echo '{done}'\nexec sleep 600"));
    assert_eq!(ended, Ok(outcome), "what it measured counts");
}

#[test]
fn a_child_that_closes_its_output_and_stays_is_killed() {
    let dir = tempfile::tempdir().expect("temp");
    let broken = child(dir.path(), "exec sleep 600 >&- 2>&-").expect_err("no result");
    assert_eq!(broken.status, Status::Crashed);
    assert!(broken.error.contains("did not end within 5 s"), "nothing of a signal that nobody else sent: {broken:?}");
}
