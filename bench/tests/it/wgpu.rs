//! The binary with a WGSL backend on a machine whose only adapter is software.

use super::{TINY, skipbench};

fn said(arguments: &[&str]) -> (String, String) {
    let dir = tempfile::tempdir().expect("temp");
    std::fs::write(dir.path().join("suite.toml"), TINY).expect("written");
    let output = skipbench(dir.path()).args(arguments).output().expect("started");
    let (out, errors) =
        (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.success(), "{arguments:?}: {errors}");
    (out, errors)
}

#[test]
fn adapters_are_listed_with_flex() {
    let (list, _) = said(&["devices"]);
    assert!(list.contains("wgpu:0") && list.contains("flex"), "{list}");
}

/// With `wgpu:0` as the only and software adapter, `auto` stays on the CPU and says so.
#[test]
fn auto_never_takes_a_software_adapter() {
    let (list, _) = said(&["devices", "--json"]);
    let devices: Vec<serde_json::Value> = serde_json::from_str(&list).expect("JSON");
    let real = devices.iter().any(|device| device["id"] != "flex" && device["software"] == false);
    let (_, told) = said(&["run", "suite.toml", "--list"]);
    assert_eq!(told.contains("device: flex"), !real, "{told}");
}

#[test]
fn every_task_runs_on_the_adapter() {
    let arguments =
        ["run", "suite.toml", "--device", "wgpu", "--seeds", "1", "--filter", "resnet8", "--out", "out", "--json"];
    let (lines, _) = said(&arguments);
    let rows: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let rows: Vec<_> = rows.iter().filter(|line| line["event"] == "row").map(|line| &line["row"]).collect();
    assert_eq!(rows.len(), ROWS);
    assert!(rows.iter().all(|row| row["status"] == "ok" && row["device"] == "wgpu:0"), "{rows:?}");
    let memory = rows.iter().find(|row| row["task"] == "peak-memory-train").expect("there");
    assert!(memory["device_reserved_bytes"].as_u64() > Some(0), "CubeCL tells what its pools hold");
}

/// Three tasks are done once, and two in two sets of the network and its twin.
const ROWS: usize = 3 + 2 * 2 * 2;

/// The rows of a dense network's cells.
fn dense_rows(device: &str, memory: &str) -> Vec<serde_json::Value> {
    let dir = tempfile::tempdir().expect("temp");
    let alone = TINY.replace("budget = \"params\"\nmodels = [\"plain8-w4\"]\n", "");
    let suite = alone.replace("resnet8-w4", "densenet-bc-10-4");
    let suite = suite.replace("[recipe]", &format!("[recipe]\nmemory = \"{memory}\""));
    std::fs::write(dir.path().join("suite.toml"), suite).expect("written");
    let arguments = ["run", "suite.toml", "--device", device, "--seeds", "1", "--out", "out", "--json"];
    let output = skipbench(dir.path()).args(arguments).output().expect("started");
    assert!(output.status.success(), "{memory}: {}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    lines.filter(|line| line["event"] == "row").map(|line| line["row"].clone()).collect()
}

/// Memory modes are not the CPU's only: every task runs in each, and training ends where it does on the CPU without
/// them.
#[test]
fn dense_networks_recompute_on_the_adapter() {
    let loss = |rows: &[serde_json::Value]| {
        let trained = rows.iter().find(|row| row["task"] == "train").expect("there");
        trained["loss"].as_f64().expect("a number")
    };
    let expected = loss(&dense_rows("flex", "naive"));
    for memory in ["shared", "recompute"] {
        let rows = dense_rows("wgpu", memory);
        assert_eq!(rows.len(), ROWS, "{memory}");
        assert!(rows.iter().all(|row| row["status"] == "ok" && row["device"] == "wgpu:0"), "{memory}");
        let word = format!("\"memory\":\"{memory}\"");
        assert!(rows.iter().all(|row| row["recipe"].as_str().is_some_and(|recipe| recipe.contains(&word))), "{memory}");
        assert!((loss(&rows) - expected).abs() <= 1e-3 * expected, "{memory}: {}, not {expected}", loss(&rows));
    }
}

#[test]
fn the_adapter_computes_as_the_cpu_does() {
    let (told, _) = said(&["devices", "--check", "wgpu"]);
    assert!(told.contains("wgpu:0 computes in f32 by Burn's kernels as the CPU does"), "{told}");
    for precision in ["f16", "bf16"] {
        let (told, _) = said(&["devices", "--check", "wgpu", "--precision", precision]);
        let right = told.contains(&format!("wgpu:0 computes in {precision} by Burn's kernels as the CPU does"));
        assert!(right || told.contains(&format!("does not compute in {precision}")), "{told}");
    }
}

#[test]
fn an_adapter_says_what_it_is() {
    let (list, _) = said(&["devices", "--json"]);
    let devices: Vec<serde_json::Value> = serde_json::from_str(&list).expect("JSON");
    let adapter = devices.iter().find(|device| device["id"] == "wgpu:0").expect("there");
    assert!(!adapter["driver"].as_str().expect("a word").is_empty(), "{adapter}");
    assert_eq!(adapter["software"], adapter["kind"] == "software");
    assert!(adapter["dtypes"].as_array().expect("a list").iter().any(|dtype| dtype == "f32"), "{adapter}");
}

/// lavapipe computes in f16 but not in bf16.
#[test]
fn a_type_that_the_adapter_lacks_is_refused_with_the_reason() {
    let dir = tempfile::tempdir().expect("temp");
    std::fs::write(dir.path().join("suite.toml"), TINY.replace("[recipe]", "[recipe]\nprecision = \"bf16\""))
        .expect("written");
    let (list, _) = said(&["devices", "--json"]);
    let devices: Vec<serde_json::Value> = serde_json::from_str(&list).expect("JSON");
    let adapter = devices.iter().find(|device| device["id"] == "wgpu:0").expect("there");
    let lacks = adapter["dtypes"].as_array().expect("a list").iter().all(|dtype| dtype != "bf16");
    let arguments =
        ["run", "suite.toml", "--device", "wgpu", "--seeds", "1", "--filter", "resnet8 /infer/", "--out", "out"];
    let output = skipbench(dir.path()).args(arguments).output().expect("started");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code() == Some(1) && errors.contains("does not compute in it"), lacks, "{errors}");
}
