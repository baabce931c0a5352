//! Integration tests of skipbench: the pieces through the library, the whole through the real binary.

// Some tests are Linux's or POSIX's alone, and what they need is idle elsewhere.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, unused_imports))]

mod batches;
mod builds;
mod cells;
mod claims;
mod cli;
mod custom;
mod damaged;
mod data;
mod device;
mod directories;
mod evidence;
mod fetch;
mod gate;
#[cfg(unix)]
mod inputs;
mod inside;
mod killed;
mod limits;
mod lockstep;
mod memory;
mod meter;
mod orchestrate;
mod parity;
mod plan;
mod portable;
mod questions;
mod recipe;
mod released;
#[cfg(target_os = "linux")]
mod replaced;
mod resume;
mod run;
#[cfg(unix)]
mod runner;
mod selftest;
mod shards;
#[cfg(unix)]
mod signals;
mod site;
mod sitting;
mod suite;
mod sweep;
#[cfg(unix)]
mod told;
#[cfg(unix)]
mod tutorial;
mod weights;
#[cfg(feature = "wgpu")]
mod wgpu;
mod words;
mod work;

use std::path::Path;
use std::process::Command;

use skipbench::internals::cell::{Cell, Task};
use skipbench::internals::device::{Backend, DeviceId};
use skipbench::internals::recipe::Recipe;

/// A cell on the digits with a small network, two steps long.
fn cell(model: &str, task: Task) -> Cell {
    let flex = DeviceId { backend: Backend::Flex, index: 0 };
    let short = Recipe { epochs: 1, steps: Some(2), batch: 16, ..Recipe::default() };
    let recipe = Recipe { warmup_ms: 1, warmup_max_ms: 1, timed_ms: 1, timed_steps: 2, ..short };
    let group = "group".to_owned();
    Cell { group, recipe, timeout_s: 60, ..Cell::alone(model, task, flex).expect(model) }
}

/// The binary, away from the user's own settings.
fn skipbench(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skipbench"));
    command.current_dir(dir).env_remove("SKIPBENCH_DATA");
    command
}

/// Runs a command; it must end with `code`. Gives standard output and standard error.
fn ends(dir: &Path, arguments: &[&str], code: i32) -> (String, String) {
    let output = skipbench(dir).args(arguments).output().expect("started");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, errors) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}{said}");
    (said, errors)
}

/// What a refused command says on standard error.
fn refused(dir: &Path, arguments: &[&str]) -> String {
    ends(dir, arguments, 2).1
}

/// A whole suite of two small networks, seconds long.
const TINY: &str = r#"
name = "tiny"
data = "digits"
seeds = [1, 2]
sets = 2
tasks = ["train-step", "infer", "peak-memory-train", "peak-memory-infer", "train"]
timeout_s = 60
memory_limit_mib = 512
jobs = 2

[recipe]
epochs = 1
steps = 2
batch = 16
warmup_ms = 1
warmup_max_ms = 1
timed_ms = 1
timed_steps = 2

[[group]]
name = "pair"
reference = "resnet8-w4"
budget = "params"
models = ["plain8-w4"]
"#;
