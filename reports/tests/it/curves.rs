//! Sweeps, rooflines and notes, from rows whose answer is known.

use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::analyses::notes::notes;
use skipbench_reports::analyses::roofline::roofs;
use skipbench_reports::analyses::scaling::{curves, rows};
use skipbench_reports::figure::figures;
use skipbench_reports::report::Report;
use skipbench_reports::rows::record::{RunRow, SampleRow};
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::{self, Format};

use super::row;

pub(crate) fn point(line: &str, depth: u64, seed: u64, peak: f64) -> Run {
    let row = RunRow {
        cell: format!("{line}-{depth}-{seed}"),
        sweep: "depth".into(),
        sweep_line: line.into(),
        sweep_value: Some(depth),
        heap_peak_bytes: Some(peak as u64),
        ..row(&format!("{line}-{depth}"), "peak-memory-train", seed)
    };
    Run { row, samples: Vec::new() }
}

#[test]
fn a_sweep_gives_the_exponent_of_each_line() {
    let mut runs = Vec::new();
    for depth in [10u64, 20, 40, 80] {
        for seed in [1, 2] {
            runs.push(point("add", depth, seed, 1e6 * depth as f64));
            runs.push(point("concat", depth, seed, 1e4 * (depth as f64).powi(2)));
        }
    }
    let found = curves(&runs);
    let exponent = |line: &str| {
        let of = |curve: &&skipbench_reports::analyses::scaling::Curve| {
            curve.line == line && curve.metric == Metric::TrainMemory
        };
        found.iter().find(of).and_then(|curve| curve.exponent).expect("four points").value
    };
    assert!((exponent("add") - 1.0).abs() < 1e-6 && (exponent("concat") - 2.0).abs() < 1e-6);
    assert!(group(&runs).is_empty(), "a sweep is fitted, not compared");
    let lines = rows(&found);
    assert_eq!(lines.iter().filter(|line| line.line == "add" && line.metric == "train_peak_bytes").count(), 4);
    let text = table::curves(&found).format_titled(Format::Markdown);
    assert!(text.contains("depth 10–80") && text.contains("2.00 [2.00, 2.00]"), "{text}");
}

fn timed() -> RunRow {
    RunRow {
        step_ns_median: Some(10_000_000),
        macs: Some(1_000_000),
        traffic_bytes: Some(400_000),
        join_bytes: Some(40_000),
        params: Some(1000),
        ceiling_flops_per_s: Some(1e11),
        ceiling_bytes_per_s: Some(2e10),
        warmup_ns: Some(1),
        ..row("resnet", "train-step", 1)
    }
}

/// Three passes over 100 images: 0.6 GFLOP, 6 ms at the ceiling; 120 MB, 6.0006 ms; of them 12 MB in joins, 0.6 ms.
#[test]
fn a_roof_is_what_the_formula_says() {
    let found = roofs(&[Run { row: timed(), samples: Vec::new() }]);
    let [roof] = &found[..] else { panic!("one timed cell") };
    assert!((roof.flops_per_s - 6e10).abs() < 1.0 && (roof.share_of_compute - 0.6).abs() < 1e-9);
    assert!((roof.share_of_roof - 0.60006).abs() < 1e-6 && roof.bound == "memory", "{roof:?}");
    assert!((roof.join_bytes - 1.2e7).abs() < 1e-3 && (roof.join_share - 0.06).abs() < 1e-9);
    assert!((roof.intensity_flops_per_byte - 6e8 / 120_012_000.0).abs() < 1e-9);
    let text = table::roofs(&found).format(Format::Terminal);
    assert!(text.contains("memory") && text.contains("60.0 %"), "{text}");
    // An epoch of ten such batches, a tenth of whose time a step takes.
    let epoch = RunRow {
        task: "train-epoch".into(),
        step_ns_median: None,
        epoch_ns_median: Some(100_000_000),
        epoch_images: Some(1000),
        ..timed()
    };
    let epoch = roofs(&[Run { row: epoch, samples: Vec::new() }]).remove(0);
    assert_eq!((epoch.step_ns, epoch.share_of_roof), (roof.step_ns, roof.share_of_roof));
    let unknown = RunRow { ceiling_bytes_per_s: None, ..timed() };
    assert!(roofs(&[Run { row: unknown, samples: Vec::new() }]).is_empty(), "no ceiling, no roof");
}

/// What a step of the same cell takes by other kernels.
fn by(recipe: &str, host: &str, step_ns: u64) -> Run {
    let row = RunRow { recipe: recipe.into(), host: host.into(), step_ns_median: Some(step_ns), ..timed() };
    Run { row, samples: Vec::new() }
}

const OURS: &str = r#"{"batch":100,"kernels":"skipbench"}"#;
const BURNS: &str = r#"{"batch":100,"kernels":"burn"}"#;

#[test]
fn what_gives_no_number_is_left_out_of_a_roofline() {
    let spoiled: [fn(&mut RunRow); 8] = [
        |row| row.ceiling_flops_per_s = Some(0.0),
        |row| row.ceiling_bytes_per_s = Some(0.0),
        |row| row.ceiling_flops_per_s = Some(f64::NAN),
        |row| row.ceiling_bytes_per_s = Some(f64::INFINITY),
        |row| (row.traffic_bytes, row.params, row.macs) = (Some(0), Some(0), Some(0)),
        |row| (row.traffic_bytes, row.params) = (Some(0), Some(0)),
        |row| row.step_ns_median = Some(0),
        |row| row.batch = 0,
    ];
    for (index, spoil) in spoiled.into_iter().enumerate() {
        let mut bad = timed();
        spoil(&mut bad);
        let runs = [timed(), bad].map(|row| Run { row, samples: Vec::new() });
        let text = table::roofs(&roofs(&runs)).format(Format::Terminal);
        assert!(!text.contains("NaN") && !text.contains("inf"), "{index}: {text}");
        assert!(roofs(&runs).len() < 2 || [3, 7].contains(&index), "{index}: {text}");
    }
}

#[test]
fn a_roofline_puts_no_two_kernels_or_machines_together() {
    let runs = [by(OURS, "m1", 10_000_000), by(BURNS, "m1", 20_000_000), by(BURNS, "m2", 40_000_000)];
    let found = roofs(&runs);
    assert_eq!(found.iter().map(|roof| (&*roof.host, &*roof.recipe)).next_back(), Some(("m2", BURNS)));
    let sheet = table::roofs(&found);
    let told: Vec<(&str, &str)> = sheet.rows.iter().map(|row| (&*row[1], &*row[6])).collect();
    let expected = [
        (r#"resnet, machine m1, recipe kernels = "skipbench""#, "60.0"),
        (r#"resnet, machine m1, recipe kernels = "burn""#, "30.0"),
        ("resnet, machine m2", "15.0"),
    ];
    assert_eq!(told, expected);
    let all = figures(&Report::new(runs.to_vec()));
    let drawn: Vec<_> = all.iter().filter(|figure| figure.id.starts_with("roofline")).collect();
    assert_eq!(
        drawn.iter().map(|figure| &*figure.title).collect::<Vec<_>>(),
        ["Roofline: flex, machine m1", "Roofline: flex, machine m2"]
    );
    let points: Vec<(&str, f64)> =
        drawn[0].series[0].points.iter().map(|point| (&*point.name, point.y.value)).collect();
    let expected = [
        (r#"resnet train-step, recipe kernels = "burn""#, 30.0),
        (r#"resnet train-step, recipe kernels = "skipbench""#, 60.0),
    ];
    assert_eq!(points, expected);
    let alone = table::roofs(&roofs(&[by(OURS, "m1", 1), by(OURS, "m1", 3)]));
    assert_eq!((alone.rows.len(), &*alone.rows[0][1]), (1, "resnet"), "what nothing is beside needs no more words");
}

#[test]
fn products_in_bf16_are_not_held_against_the_ceiling_of_f32() {
    let rounded = r#"{"batch":100,"kernels":"skipbench-bf16"}"#;
    let found = roofs(&[by(rounded, "m1", 1_000_000), by(OURS, "m1", 10_000_000)]);
    assert_eq!(found.iter().map(|roof| &*roof.recipe).collect::<Vec<_>>(), [OURS]);
}

#[test]
fn trouble_is_told_and_quiet_is_silent() {
    let quiet = Run { row: RunRow { warmup_steady: Some(true), ..timed() }, samples: Vec::new() };
    assert!(notes(std::slice::from_ref(&quiet)).is_empty());
    let step = |index: u64, value: f64| SampleRow { cell: "c".into(), series: "step_ns".into(), index, value };
    let busy = RunRow { other_load_cores: Some(0.5), warmup_steady: Some(false), ..timed() };
    let slow = (1..=20).map(|index| step(index, if index % 10 == 0 { 5e7 } else { 1e7 + index as f64 })).collect();
    let leaking = RunRow { heap_growth_bytes: Some(4096), ..row("dense", "peak-memory-train", 3) };
    let accuracy = |seed, target_ns| RunRow { target_ns, ..row("plain", "time-to-accuracy", seed) };
    let [reached, missed] = [accuracy(1, Some(5)), accuracy(2, None)].map(|row| Run { row, samples: Vec::new() });
    let leaking = Run { row: leaking, samples: Vec::new() };
    let runs = [quiet, Run { row: busy, samples: slow }, leaking, reached, missed];
    insta::assert_snapshot!(table::format_notes(&notes(&runs), Format::Markdown), @r"
    - note: the machine was busy: during 1 of 2 timed cells other processes used up to 0.5 cores. Close other programs and measure again, or add sets with --precision 2%.
    - note: not steady after the longest warm-up: 1 of 2 timed cells, the first resnet train-step, seed 1. Give them longer: raise warmup_max_ms in the recipe.
    - note: steps far above the others (beyond Q3 + 3 IQR): in 1 timed cell, the first resnet train-step, seed 1 (2 of 20). Close other programs, or add sets with --precision 2%.
    - note: memory grows from step to step: dense peak-memory-train, seed 3 by 4096 bytes per step. Over many steps it adds up: look at a longer run before you rely on the peak.
    - note: the accuracy was not reached, and is missing from the mean time to it: plain in 1 of 2. Train for more epochs, or lower target_accuracy in the recipe.
    ");
}

/// Another recipe, data set or Burn makes another curve; what the sweep itself varies does not.
#[test]
fn a_curve_has_one_recipe_one_data_set_and_one_build() {
    let points = |change: &dyn Fn(&mut RunRow, u64)| {
        let mut runs = Vec::new();
        for depth in [10, 20] {
            for variant in [0, 1] {
                let mut run = point("add", depth, variant, 1e6 * depth as f64);
                change(&mut run.row, variant);
                runs.push(run);
            }
        }
        curves(&runs).iter().filter(|curve| curve.metric == Metric::TrainMemory).count()
    };
    assert_eq!(points(&|_, _| {}), 1);
    assert_eq!(points(&|row, variant| row.recipe = variant.to_string().into()), 2);
    assert_eq!(points(&|row, variant| row.data_sha256 = variant.to_string()), 2);
    assert_eq!(points(&|row, variant| row.burn_version = variant.to_string()), 2);
    let recipe = |batch: u64, kernels: u64| format!(r#"{{"batch":{batch},"kernels":"{kernels}"}}"#);
    assert_eq!(points(&|row, variant| (row.sweep, row.recipe) = ("batch".into(), recipe(variant, 1).into())), 1);
    assert_eq!(points(&|row, variant| (row.sweep, row.recipe) = ("batch".into(), recipe(1, variant).into())), 2);
    assert_eq!(points(&|row, variant| (row.sweep, row.data_sha256) = ("image_size".into(), variant.to_string())), 1);
}

#[test]
fn curves_of_two_kernels_are_named_apart() {
    let mut runs = Vec::new();
    for (recipe, bytes) in [(OURS, 1e6), (BURNS, 2e6)] {
        for batch in [10, 20] {
            let run = point("add", batch, 1, bytes * batch as f64);
            let recipe = recipe.replace("100", &batch.to_string());
            runs.push(Run { row: RunRow { sweep: "batch".into(), recipe: recipe.into(), ..run.row }, ..run });
        }
    }
    let found = curves(&runs);
    let lines = table::curves(&found).rows;
    let names: Vec<&str> = lines.iter().map(|line| &*line[1]).collect();
    assert_eq!(names, [r#"add, recipe kernels = "skipbench""#, r#"add, recipe kernels = "burn""#]);
    let csv: Vec<(String, f64)> = rows(&found)
        .into_iter()
        .filter(|row| row.metric == "train_peak_bytes" && row.sweep_value == 10.0)
        .map(|row| (row.recipe, row.value))
        .collect();
    let told = |kernels: &str| format!(r#"{{"kernels":"{kernels}"}}"#);
    assert_eq!(csv, [(told("skipbench"), 1e7), (told("burn"), 2e7)]);
    let all = figures(&Report::new(runs));
    let figure = all.iter().find(|figure| figure.id == "growth-batch-train_peak_bytes").expect("drawn");
    assert!(figure.series[0].name.starts_with(r#"add, recipe kernels = "skipbench", b"#), "{}", figure.series[0].name);
}
