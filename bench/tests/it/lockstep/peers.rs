//! `bench/peers/suite.py`: its tables, for which it needs no engine.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// What `suite.py --table` says; none if there is no Python.
fn table(out: &Path, more: &[&str]) -> Option<Output> {
    let mut command = Command::new("python3");
    command.env("PYTHONDONTWRITEBYTECODE", "1").arg(peers().join("suite.py")).arg("--table").arg("--out").arg(out);
    command.args(more).output().ok()
}

fn program(name: &str, rate: f64, again: bool) -> Value {
    let facts = json!([["device", "CPU"], ["threads", "2"], ["version", "0.1.0 (abc)"], ["torch", "2.15.0+cpu"]]);
    json!({
        "name": name, "again": again, "units_per_s": rate, "error": null, "verdict": null, "ratio": null,
        "introduction": {"facts": facts, "name": name, "units": [64, "images"]},
    })
}

/// ResNet-20's training beside an engine that is slower, one that is not shown to be, and one that broke.
fn measured(out: &Path) {
    let dir = out.join("training.resnet20.train-step");
    fs::create_dir_all(&dir).expect("made");
    let mut eager = program("eager", 500.0, false);
    eager["verdict"] = "slower".into();
    eager["ratio"] = json!({"n": 8, "value": 1.2, "low": 1.1, "high": 1.3});
    let mut compiled = program("compiled", 0.0, false);
    compiled["error"] = "no | compiler\nis here".into();
    let mut last = program("last", 590.0, false);
    last["verdict"] = "no-difference-shown".into();
    last["ratio"] = json!({"n": 8, "value": 1.02, "low": null, "high": null});
    let programs = [program("skipbench", 600.0, false), eager, last, compiled, program("skipbench", 600.0, true)];
    let result = json!({"commands": [], "outcome": {"sets": 8, "noise_floor": 0.012, "programs": programs}});
    let about = json!({
        "suite": "training", "network": "resnet20", "task": "train-step", "batch": 64, "memory": "naive",
        "labels": {"eager": "PyTorch, eager", "last": "PyTorch, channels last", "compiled": "PyTorch, compiled"},
        "date": "2026-11-27", "cores": 2, "sets": 8, "seconds": 10.0,
        "peak_bytes": {"skipbench": 104_857_600, "eager": 943_718_400, "last": 943_718_400, "compiled": null},
    });
    fs::write(dir.join("result.json"), result.to_string()).expect("written");
    fs::write(dir.join("about.json"), about.to_string()).expect("written");
}

#[test]
fn the_table_has_every_engine_also_the_one_that_broke() {
    let dir = tempfile::tempdir().expect("temp");
    measured(dir.path());
    let Some(ended) = table(dir.path(), &[]) else { return };
    assert!(ended.status.success(), "{ended:?}");
    insta::assert_snapshot!(String::from_utf8_lossy(&ended.stdout), @r"
    | network | batch | `memory` | task | engine | sets | images/s | of the engine | ratio | noise floor | skipbench is | peak MiB | of the engine |
    | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
    | resnet20 | 64 |  | train-step | PyTorch, eager | 8 | 600 | 500 | 1.20 [1.10, 1.30] | 1.2 % | faster | 100 | 900 |
    | resnet20 | 64 |  | train-step | PyTorch, channels last | 8 | 600 | 590 | 1.02 | 1.2 % | not shown to differ | 100 | 900 |
    | resnet20 | 64 |  | train-step | PyTorch, compiled |  |  |  |  |  | broken: no \| compiler is here | 100 |  |

    - resnet20 train-step: 2026-11-27, 2 cores of CPU, 2 threads, skipbench 0.1.0 (abc), torch 2.15.0+cpu: `bench/peers/suite.py training --sets 8 --seconds 10`
    ");
}

#[test]
fn a_document_that_says_something_else_is_stale_until_it_is_spliced() {
    let dir = tempfile::tempdir().expect("temp");
    measured(dir.path());
    let page = dir.path().join("page.md");
    let readme = fs::read_to_string(peers().join("README.md")).expect("the page");
    fs::write(&page, readme.replace("<!-- /peers:bf16 -->", "typed\n<!-- /peers:bf16 -->")).expect("written");
    let splice = ["--splice", page.to_str().expect("UTF-8")];
    let check = [splice[0], splice[1], "--check"];
    let Some(ended) = table(dir.path(), &check) else { return };
    assert!(!ended.status.success() && String::from_utf8_lossy(&ended.stderr).contains("is stale"), "{ended:?}");
    assert!(table(dir.path(), &splice).is_some_and(|ended| ended.status.success()));
    let spliced = fs::read_to_string(&page).expect("the page");
    assert!(spliced.contains("1.20 [1.10, 1.30]") && !spliced.contains("typed"), "{spliced}");
    assert!(table(dir.path(), &check).is_some_and(|ended| ended.status.success()));
}

#[test]
fn the_page_says_what_the_kept_results_say() {
    let readme = peers().join("README.md");
    let Some(ended) = table(&peers().join("results"), &["--splice", readme.to_str().expect("UTF-8"), "--check"]) else {
        return;
    };
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}
