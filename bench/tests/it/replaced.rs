//! The program's file is replaced or deleted while it runs, as `cargo build` does it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use skipbench::internals::cell::Task;
use skipbench::internals::run::{Processes, Runner, Stop};
use skipbench_reports::rows::record::Status;

use super::killed::wait_for_rows;
use super::run::{rows, suite};
use super::{TINY, cell};

/// A copy of the program, which a test can do away with.
fn copy(dir: &Path, name: &str) -> PathBuf {
    let path = dir.join(name);
    // Copied by another process: one that this one forks meanwhile would hold it open, and then it cannot be started.
    Command::new("cp").arg(env!("CARGO_BIN_EXE_skipbench")).arg(&path).status().expect("copied");
    path
}

/// Puts a program that does nothing right in the place of another.
fn replace(program: &Path) {
    let other = program.with_extension("new");
    let write = "printf '#!/bin/sh\\nexit 9\\n' > \"$0\" && chmod 700 \"$0\"";
    Command::new("sh").args(["-c", write]).arg(&other).status().expect("written");
    fs::rename(other, program).expect("renamed");
}

fn survives(change: impl Fn(&Path)) {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    let program = copy(dir.path(), "program");
    let mut run = Command::new(&program);
    run.current_dir(dir.path()).args(["run", "suite.toml", "--out", "out"]);
    let run = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
    wait_for_rows(&dir.path().join("out"), 1);
    change(&program);
    let output = run.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = rows(&dir.path().join("out"));
    assert!(rows.len() == 24 && rows.iter().all(|row| row.status == Status::Ok), "{rows:?}");
}

#[test]
fn a_run_goes_on_with_the_program_that_it_began_with() {
    survives(replace);
}

#[test]
fn a_run_goes_on_after_its_program_is_deleted() {
    survives(|program| fs::remove_file(program).expect("deleted"));
}

#[test]
fn a_gate_goes_on_with_the_programs_that_it_began_with() {
    let dir = tempfile::tempdir().expect("temp");
    let text = TINY.replace("seeds = [1, 2]", "seeds = [1]").replace("\"infer\", \"peak-memory-train\", ", "");
    suite(dir.path(), &text);
    let [base, head] = ["base", "head"].map(|name| copy(dir.path(), name));
    let mut gate = Command::new(env!("CARGO_BIN_EXE_skipbench"));
    gate.current_dir(dir.path()).args([
        "gate",
        "--suite",
        "suite.toml",
        "--sets",
        "2",
        "--steps",
        "3",
        "--out",
        "job",
        "--json",
    ]);
    gate.arg("--binaries").args([&base, &head]).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut gate = gate.spawn().expect("started");
    let mut told = BufReader::new(gate.stderr.take().expect("piped")).lines().map_while(Result::ok);
    assert!(told.any(|line| line.starts_with("gate: ")));
    replace(&base);
    fs::remove_file(&head).expect("deleted");
    let rest: Vec<String> = told.collect();
    let code = gate.wait().expect("ends").code();
    assert!(matches!(code, Some(0 | 1 | 3)), "whatever times of few steps say, all were measured: {rest:?}");
}

/// What cannot be held open, as on other systems, is not started once it is another.
#[test]
fn a_cell_is_not_begun_by_another_program_and_stays_to_do() {
    let dir = tempfile::tempdir().expect("temp");
    let program = dir.path().join("program");
    replace(&program);
    let processes = Processes::new(&program).expect("a program");
    for change in [replace as fn(&Path), |program| fs::remove_file(program).expect("deleted")] {
        change(&program);
        let stop = Stop::new();
        let ended = processes.run(&cell("resnet8-w4", Task::Infer), dir.path(), &stop, &|_| {});
        assert!(ended.is_none() && stop.now(), "{ended:?}");
        assert!(
            stop.reason().is_some_and(|reason| reason.contains("no more cells can be started")),
            "{:?}",
            stop.reason()
        );
    }
}
