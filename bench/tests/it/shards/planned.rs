//! `skipbench plan`: what it says of cells and shares, and of what was measured.

use serde_json::Value;

use super::super::run::suite;
use super::super::{TINY, ends};

fn plan(arguments: &[&str]) -> Value {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    let words = [&["plan", "suite.toml", "--json", "--threads", "2"], arguments].concat();
    serde_json::from_str(&ends(dir.path(), &words, 0).0).expect("JSON")
}

#[test]
fn a_plan_says_what_each_cell_and_share_takes() {
    let plan = plan(&["--shards", "3"]);
    let cells = plan["cells"].as_array().expect("cells");
    assert_eq!((cells.len(), plan["shards"].as_array().map(Vec::len)), (24, Some(3)));
    for cell in cells {
        assert!(cell["seconds"].as_f64() > Some(0.0) && cell["memory_bytes"].as_u64() > Some(1 << 20), "{cell}");
        assert!((1..=3).contains(&cell["shard"].as_u64().expect("a number")));
    }
    let counted: u64 =
        plan["shards"].as_array().into_iter().flatten().filter_map(|share| share["cells"].as_u64()).sum();
    assert_eq!(counted, 24);
}

#[test]
fn a_plan_is_known_by_what_it_measures_and_not_by_its_shares() {
    let identity = |arguments: &[&str]| plan(arguments)["plan"].as_str().expect("text").to_owned();
    assert_eq!(identity(&[]), identity(&["--shards", "5"]));
    assert_eq!(identity(&[]), identity(&["--rate", "1G"]));
    assert_ne!(identity(&[]), identity(&["--seeds", "1"]));
    assert_ne!(identity(&[]), identity(&["--sets", "3"]));
}

#[test]
fn shares_do_not_depend_on_the_rate_by_which_time_is_expected() {
    let shares = |rate: &str| {
        let plan = plan(&["--shards", "4", "--rate", rate]);
        let cells = plan["cells"].as_array().expect("cells").clone();
        cells.iter().map(|cell| cell["shard"].clone()).collect::<Vec<Value>>()
    };
    assert_eq!(shares("1M"), shares("100G"));
}

#[test]
fn what_was_expected_stands_beside_what_was_measured() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    ends(dir.path(), &["run", "suite.toml", "--out", "out", "--quiet", "--filter", "peak-memory", "--threads", "1"], 0);
    let words = ["plan", "suite.toml", "--against", "out", "--threads", "1", "--filter", "peak-memory"];
    let tasks: Value = serde_json::from_str(&ends(dir.path(), &[&words[..], &["--json"]].concat(), 0).0).expect("JSON");
    let tasks = tasks.as_array().expect("tasks");
    let names: Vec<&str> = tasks.iter().filter_map(|task| task["task"].as_str()).collect();
    assert_eq!(names, ["peak-memory-train", "peak-memory-infer"]);
    for task in tasks {
        assert!(task["measured_seconds"].as_f64() > Some(0.0) && task["memory_known"] == 4, "{task}");
        assert_eq!(task["memory_above"], 0, "memory is rather expected too high: {task}");
    }
    let (table, _) = ends(dir.path(), &words, 0);
    assert!(table.contains("peak-memory-infer") && table.contains("0 of 4"), "{table}");
    let strange = super::super::refused(dir.path(), &["plan", "quick", "--against", "out"]);
    assert!(strange.contains("no row of a cell of this plan"), "{strange}");
}
