//! Sweeps, precision, A/A and the roofline through the real binary.

use std::fs;

use skipbench_reports::rows::store::read;

use super::{TINY, ends, refused};

const SWEEP: &str = r#"
name = "sweep"
data = "generated"
image_size = 8
classes = 10
seeds = [1]
tasks = ["train-step", "peak-memory-train"]
memory_limit_mib = 512

[recipe]
batch = 4
warmup_ms = 1
warmup_max_ms = 1
timed_ms = 1
timed_steps = 2
"#;

/// A suite with one group made of `keys`.
fn suite(keys: &str) -> String {
    format!("{SWEEP}\n[[group]]\nname = \"g\"\n{keys}\n")
}

#[test]
fn a_sweep_writes_every_point_and_its_exponent() {
    let dir = tempfile::tempdir().expect("temp");
    let groups = r#"
[[group]]
name = "depth"
reference = "resnet8-w4"
sweep = { over = "depth", values = [8, 14, 20] }

[[group]]
name = "batch"
reference = "resnet8-w4"
sweep = { over = "batch", values = [2, 4, 8] }

[[group]]
name = "size"
reference = "resnet8-w4"
sweep = { over = "image_size", values = [8, 16] }
"#;
    fs::write(dir.path().join("suite.toml"), format!("{SWEEP}{groups}")).expect("written");
    let (table, _) = ends(dir.path(), &["run", "suite.toml", "--out", "out", "-q"], 0);
    assert!(table.contains("depth 8–20") && table.contains("image size 8–16"), "{table}");
    let rows: Vec<_> = read(&dir.path().join("out")).expect("whole").into_iter().map(|run| run.row).collect();
    assert_eq!(rows.len(), 16);
    let of = |group: &str| {
        rows.iter().filter(|row| row.group == group && row.task == "peak-memory-train").collect::<Vec<_>>()
    };
    assert_eq!(of("depth").iter().map(|row| row.depth).collect::<Vec<_>>(), [8, 14, 20]);
    assert_eq!(of("batch").iter().map(|row| row.batch).collect::<Vec<_>>(), [2, 4, 8]);
    assert_eq!(of("size").iter().map(|row| row.image_size).collect::<Vec<_>>(), [8, 16]);
    let scaling = fs::read_to_string(dir.path().join("out/scaling.csv")).expect("written");
    let kept: Vec<&str> =
        scaling.lines().filter(|line| line.contains("batch,resnet8-w4") || line.contains("saved_bytes")).collect();
    assert!(kept.len() >= 8, "{scaling}");
    assert!(!dir.path().join("out/comparison.csv").exists(), "nothing was compared");
}

#[test]
fn impossible_sweeps_say_what_would_do() {
    let dir = tempfile::tempdir().expect("temp");
    for (keys, expected) in [
        ("reference = \"resnet8-w4\"\nsweep = { over = \"depth\", values = [8] }", "two values"),
        ("reference = \"resnet8-w4\"\nsweep = { over = \"depth\", values = [8, 8] }", "twice"),
        ("reference = \"resnet8-w4\"\nsweep = { over = \"depth\", values = [8, 9] }", "depth = 9"),
        ("reference = \"resnet8-w4\"\nsweep = { over = \"dept\", values = [8, 14] }", "dept"),
        ("reference = \"resnet8-w4\"\nsweep = { over = \"batch\", values = [0, 14] }", "batch = 0"),
        ("reference = \"resnet8-w4\"\nbudget = \"params\"\nsweep = { over = \"depth\", values = [8, 14] }", "budget"),
        (
            "reference = \"resnet8-w4\"\ntasks = [\"latency\"]\nsweep = { over = \"batch\", values = [2, 4] }",
            "single images",
        ),
        ("reference = \"vit-d1-w8-h2-p4\"\nsweep = { over = \"width\", values = [8, 9] }", "width = 9"),
    ] {
        fs::write(dir.path().join("suite.toml"), suite(keys)).expect("written");
        let error = refused(dir.path(), &["run", "suite.toml", "--out", "out"]);
        assert!(error.contains("suite.toml") && error.contains(expected), "{keys}: {error}");
    }
    let digits = suite("reference = \"resnet8-w4\"\nsweep = { over = \"image_size\", values = [8, 16] }")
        .replace("data = \"generated\"\nimage_size = 8\nclasses = 10", "data = \"digits\"");
    fs::write(dir.path().join("suite.toml"), digits).expect("written");
    assert!(refused(dir.path(), &["run", "suite.toml"]).contains("generated"));
}

#[test]
fn precision_adds_sets_and_says_how_far_it_came() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("suite.toml"), TINY).expect("written");
    let run = |precision: &str, time: &str, out: &str| {
        let goal = ["run", "suite.toml", "--out", out, "--precision", precision, "--max-time", time];
        ends(dir.path(), &[&goal[..], &["--filter", "/infer/", "-q"]].concat(), 0).0
    };
    assert!(run("99%", "1m", "wide").contains("precision: ±99 % reached everywhere"));
    let rows =
        |out: &str| read(&dir.path().join(out)).expect("whole").into_iter().map(|run| run.row).collect::<Vec<_>>();
    let wide = rows("wide").len();
    assert!(wide >= 6 && wide % 3 == 0, "two sets are planned, and sets are whole: {wide}");
    assert!(run("0.0001%", "15s", "narrow").contains("not reached within 15 s"));
    let narrow = rows("narrow");
    let sets = narrow.iter().filter_map(|row| row.set).max().expect("sets");
    assert!(sets > 2, "{sets}");
    assert_eq!(narrow.len() as u64, 3 * sets, "two networks and a twin each set");
    assert!(narrow.iter().all(|row| row.seed == 2 - row.set.expect("a set") % 2), "seeds go on taking turns");
    let (again, _) = ends(dir.path(), &["run", "--resume", "narrow", "-q"], 0);
    assert!(again.contains("not reached within 15 s"), "the time of the first sitting counts: {again}");
    let memory = ["run", "suite.toml", "--out", "memory", "--filter", "peak-memory-infer", "--precision", "2%", "-q"];
    assert!(ends(dir.path(), &memory, 0).0.contains("precision: nothing to judge"));
}

#[test]
fn what_cannot_be_asked_for_is_refused() {
    let dir = tempfile::tempdir().expect("temp");
    for arguments in [
        &["run", "--precision", "0%"][..],
        &["run", "--precision", "wide"],
        &["run", "--precision", "100%"],
        &["run", "--precision", "2%%"],
        &["run", "--precision", "1e-320"],
        &["run", "--max-time", "5m"],
        &["run", "--precision", "2%", "--max-time", "soon"],
        &["run", "--precision", "2%", "--max-time", "0"],
    ] {
        refused(dir.path(), arguments);
    }
    // A single set has no spread, whether the command line or the suite asks for it.
    fs::write(dir.path().join("one.toml"), TINY.replace("\nsets = 2\n", "\nsets = 1\n")).expect("written");
    for arguments in [&["run", "--sets", "1", "--precision", "2%"][..], &["run", "one.toml", "--precision", "2%"]] {
        let error = refused(dir.path(), &[arguments, &["--list"]].concat());
        assert!(error.contains("--precision needs") && error.contains("--sets 2 or more"), "{error}");
    }
}

#[test]
fn the_roofline_holds_times_against_the_machine() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("suite.toml"), TINY).expect("written");
    ends(dir.path(), &["run", "suite.toml", "--out", "out", "--seeds", "1", "--sets", "1", "-q"], 0);
    let (table, _) = ends(dir.path(), &["roofline", "out"], 0);
    assert!(table.contains("FLOP/byte") && table.contains("resnet8-w4"), "{table}");
    let (json, _) = ends(dir.path(), &["roofline", "out", "--json"], 0);
    let roofs: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    assert_eq!(roofs.len(), 6, "two networks and a twin, two timed tasks: {roofs:?}");
    for roof in &roofs {
        let share = roof["share_of_roof"].as_f64().expect("a number");
        assert!(share > 0.0 && share < 1.0, "no step is faster than the machine: {roof}");
        let joins = roof["join_bytes"].as_f64().expect("a number");
        assert_eq!(joins > 0.0, roof["model"] == "resnet8-w4", "a plain network joins nothing: {roof}");
    }
    for row in read(&dir.path().join("out")).expect("whole").into_iter().map(|run| run.row) {
        let timed = ["train-step", "infer"].contains(&row.task.as_str());
        assert_eq!(timed, row.ceiling_flops_per_s.is_some_and(|ceiling| ceiling > 1e8), "{}", row.task);
        assert_eq!(timed, row.warmup_ns.is_some() && row.warmup_steady.is_some() && row.other_load_cores.is_some());
    }
}
