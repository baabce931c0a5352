//! Rows of a large run: many groups of three networks, each with six seeds trained and six rounds timed, series and
//! all.

use skipbench_reports::rows::record::{RunRow, SCHEMA_VERSION, SampleRow, Status};
use skipbench_reports::rows::store::Run;

/// Rows of one group.
pub(crate) const ROWS: usize = 40;

/// The networks: name, skip, test images right of 1,000, nanoseconds of a step.
const NETWORKS: [(&str, &str, u64, u64); 3] =
    [("plain", "none", 930, 20_000_000), ("resnet", "add", 960, 21_000_000), ("dense", "concat", 965, 40_000_000)];

const RECIPE: &str = r#"{"kernels":"skipbench","memory":"shared","note":""#;

/// So many groups of [`ROWS`] rows, all of one suite. The same number always gives the same rows.
pub(crate) fn runs(groups: u64) -> Vec<Run> {
    (0..groups).flat_map(of_group).collect()
}

fn of_group(group: u64) -> Vec<Run> {
    let mut runs = Vec::new();
    for network in NETWORKS {
        for replicate in 0..6 {
            runs.push(trained(group, network, replicate));
            runs.push(timed(group, network, replicate));
        }
        runs.push(Run {
            row: RunRow { heap_peak_bytes: Some(network.3), ..row(group, network, "peak-memory-train", 0) },
            samples: vec![],
        });
    }
    let again = row(group, NETWORKS[1], "train-step", 0);
    let twin = RunRow { twin: true, cell: format!("{}-again", again.cell), step_ns_median: Some(21_100_000), ..again };
    runs.push(Run { row: twin, samples: vec![] });
    runs
}

fn trained(group: u64, network: (&str, &str, u64, u64), replicate: u64) -> Run {
    let correct = network.2 + group % 4 * 3 + stray(group, replicate + network.2) % 12;
    let row = RunRow { test_correct: Some(correct), test_total: Some(1000), ..row(group, network, "train", replicate) };
    let series = ["loss", "train_correct", "train_total", "test_correct"];
    let samples = series.iter().flat_map(|series| numbers(&row, series, 4, correct)).collect();
    Run { row, samples }
}

fn timed(group: u64, network: (&str, &str, u64, u64), replicate: u64) -> Run {
    let step = network.3 + group % 3 * 500_000 + stray(group, replicate + network.3) % 1_000_000;
    let row = RunRow {
        step_ns_median: Some(step),
        forward_ns_median: Some(step / 3),
        backward_ns_median: Some(step / 2),
        optimizer_ns_median: Some(step / 10),
        warmup_ns: Some(step * 10),
        ceiling_flops_per_s: Some(160e9),
        ceiling_bytes_per_s: Some(26e9),
        ..row(group, network, "train-step", replicate)
    };
    let series = ["step_ns", "warmup_ns", "forward_ns", "backward_ns", "optimizer_ns"];
    let samples = series.iter().flat_map(|series| numbers(&row, series, 6, step)).collect();
    Run { row, samples }
}

fn numbers(row: &RunRow, series: &str, count: u64, near: u64) -> Vec<SampleRow> {
    let one = |index| SampleRow {
        cell: row.cell.as_str().into(),
        series: series.into(),
        index,
        value: (near + stray(index, near) % 1000) as f64,
    };
    (1..=count).map(one).collect()
}

fn row(group: u64, (model, skip, ..): (&str, &str, u64, u64), task: &str, replicate: u64) -> RunRow {
    let model = format!("{model}-{group}");
    RunRow {
        schema_version: SCHEMA_VERSION,
        cell: format!("{model}-{task}-{replicate}"),
        status: Status::Ok,
        suite: "large".into(),
        group: format!("group {group}"),
        reference: format!("resnet-{group}"),
        budget: "params".into(),
        model,
        family: "backbone".into(),
        skip: skip.into(),
        depth: 20,
        task: task.into(),
        seed: replicate + 1,
        data: "digits".into(),
        data_sha256: "5d".repeat(32),
        recipe: (RECIPE.to_owned() + &"a recipe as long as real ones are; ".repeat(20) + "\"}").into(),
        batch: 64,
        params: Some(270_000 + group),
        macs: Some(2_500_000 + 1000 * group),
        traffic_bytes: Some(500_000),
        join_bytes: Some(50_000),
        device: "flex".into(),
        device_name: "CPU".into(),
        host: "m1".into(),
        git_revision: "0123abcd4567".into(),
        skipbench_version: "0.1.0".into(),
        started: "2026-11-24T08:00:00Z".into(),
        command: "skipbench run large".into(),
        ..RunRow::default()
    }
}

/// A number that two others always give, and neighbors do not share (SplitMix64).
fn stray(a: u64, b: u64) -> u64 {
    let state = a.wrapping_mul(1000).wrapping_add(b).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
