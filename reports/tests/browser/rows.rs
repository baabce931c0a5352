//! A small run, its names hostile.

use skipbench_reports::rows::record::{RunRow, SCHEMA_VERSION, SampleRow, Status};
use skipbench_reports::rows::store::Run;

/// A name that would run as a program, or break out of an attribute, were it not escaped.
const HOSTILE: &str = "<script>document.title='run'</script>\" onload=\"x & <b>";

fn row(group: &str, model: &str, skip: &str, task: &str, seed: u64) -> RunRow {
    RunRow {
        schema_version: SCHEMA_VERSION,
        cell: format!("{group}{model}{task}{seed}"),
        status: Status::Ok,
        suite: "test".into(),
        group: group.into(),
        reference: "resnet".into(),
        budget: "params".into(),
        model: model.into(),
        family: "backbone".into(),
        skip: skip.into(),
        depth: 20,
        task: task.into(),
        seed,
        data: "digits".into(),
        recipe: "{}".into(),
        batch: 64,
        params: Some(270_000),
        macs: Some(2_500_000),
        traffic_bytes: Some(500_000),
        join_bytes: Some(50_000),
        device: "flex".into(),
        device_name: HOSTILE.into(),
        host: "m1".into(),
        command: HOSTILE.into(),
        started: "2026-11-23T08:00:00Z".into(),
        ..RunRow::default()
    }
}

/// A network in all of a quick suite's tasks, three seeds.
fn network(group: &str, model: &str, skip: &str, speed: u64, correct: u64) -> Vec<Run> {
    (1..=3)
        .flat_map(|seed| {
            let row = |task| row(group, model, skip, task, seed);
            let step = 40_000_000 / speed + seed * 100_000;
            let train = RunRow { test_correct: Some(correct + seed), test_total: Some(1200), ..row("train") };
            let loss = |index: u64| SampleRow {
                cell: train.cell.as_str().into(),
                series: "loss".into(),
                index,
                value: 2.0 / index as f64,
            };
            let samples = (1..10).map(loss).collect();
            let timed = RunRow {
                step_ns_median: Some(step),
                forward_ns_median: Some(step / 3),
                backward_ns_median: Some(step / 2),
                optimizer_ns_median: Some(step / 10),
                ceiling_flops_per_s: Some(160e9),
                ceiling_bytes_per_s: Some(26e9),
                ..row("train-step")
            };
            let memory = RunRow { heap_peak_bytes: Some((20 << 20) / speed), ..row("peak-memory-train") };
            [Run { row: train, samples }, Run { row: timed, samples: vec![] }, Run { row: memory, samples: vec![] }]
        })
        .collect()
}

pub(crate) fn runs() -> Vec<Run> {
    let failed = RunRow { status: Status::Timeout, error: HOSTILE.into(), ..row("near", "plain", "none", "train", 4) };
    let sweep = |depth: u64| RunRow {
        sweep: "depth".into(),
        sweep_line: "resnet".into(),
        sweep_value: Some(depth),
        heap_peak_bytes: Some(depth << 20),
        heap_saved_bytes: Some(depth << 19),
        ..row("depths", "resnet", "add", "peak-memory-train", depth)
    };
    let mut runs = [
        network("near", "resnet", "add", 2, 1150),
        network("near", "plain", "none", 2, 1100),
        network("near", "dense", "concat", 1, 1170),
        network(HOSTILE, HOSTILE, "gated", 1, 1000),
        // So near that each mark lies within the other's circle.
        network(HOSTILE, "resnet", "add", 2, 1153),
        network(HOSTILE, "plain", "none", 2, 1120),
    ]
    .concat();
    runs.push(Run { row: failed, samples: vec![] });
    runs.extend([8, 20, 56].map(|depth| Run { row: sweep(depth), samples: vec![] }));
    runs
}
