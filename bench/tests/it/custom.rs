//! A network of one's own, through a program of one's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use skipbench_reports::rows::record::Status;
use skipbench_reports::rows::store;

use super::refused;

const SUITE: &str = r#"
name = "own"
data = "digits"
seeds = [1]
sets = 1
tasks = ["train-step", "infer", "peak-memory-train", "train"]

[recipe]
epochs = 1
steps = 2
batch = 16
warmup_ms = 1
warmup_max_ms = 1
timed_ms = 1
timed_steps = 2

[[group]]
name = "scaled"
reference = "resnet8-w4"
models = ["scaled-10"]
"#;

/// The example, which `cargo test` builds beside this test.
fn example() -> PathBuf {
    let binary = Path::new(env!("CARGO_BIN_EXE_skipbench"));
    binary.parent().expect("a folder").join("examples/custom_model")
}

#[test]
fn a_network_of_ones_own_is_measured_beside_the_others() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("own.toml"), SUITE).expect("written");
    let output = Command::new(example()).current_dir(dir.path()).args(["run", "own.toml", "--out", "a", "-q"]).output();
    let output = output.expect("the example, which `cargo test` builds");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let runs = store::read(&dir.path().join("a")).expect("whole");
    let own: Vec<_> = runs.iter().map(|run| &run.row).filter(|row| row.model == "scaled-10").collect();
    assert_eq!(own.len(), 4);
    for row in own {
        assert_eq!(
            (row.status, row.family.as_str(), row.skip.as_str()),
            (Status::Ok, "own", "scaled-add"),
            "{}",
            row.error
        );
        assert_eq!(row.params, Some(19_010), "counted, as its configuration says");
        assert!(row.macs > Some(0) && row.saved_bytes.is_none() && row.traffic_bytes.is_none(), "{row:?}");
    }
    // The plain program says that it has no such network.
    let error = refused(dir.path(), &["run", "own.toml"]);
    assert!(error.contains("scaled-10"), "{error}");
}
