//! `memory`: peaks that follow a power of the depth.

use skipbench_reports::claims::{Verdict, findings};
use skipbench_reports::record::RunRow;
use skipbench_reports::store::Run;

use super::{cell, jitter, only, with};

/// Peaks at matched parameters and MACs at four depths, and along a sweep: `concat` = factor · depth^exponent.
fn peaks(factor: f64, exponent: f64) -> Vec<Run> {
    let mut runs = Vec::new();
    let peak = |style: &str, depth: u64| {
        let depth = depth as f64;
        if style == "concat" { 1e5 * factor * depth.powf(exponent) } else { 1e5 * depth }
    };
    for style in ["add", "concat"] {
        for depth in [16, 22, 34, 46] {
            let measured = |row: RunRow, bytes: f64| with(RunRow { heap_peak_bytes: Some(bytes as u64), ..row }, &[]);
            for budget in ["params", "macs"] {
                let row = RunRow {
                    budget: budget.into(),
                    group: format!("{budget} {depth}"),
                    ..cell("memory", "peak-memory-train", (style, depth), 1)
                };
                runs.push(measured(row, peak(style, depth)));
            }
            let row = RunRow {
                budget: String::new(),
                group: "depth".into(),
                sweep: "depth".into(),
                sweep_line: format!("backbone-{style}"),
                sweep_value: Some(depth),
                ..cell("memory", "peak-memory-train", (style, depth), 1)
            };
            // Not quite a power law, so that the exponent has an interval.
            runs.push(measured(row, peak(style, depth) * (1.0 + 1e-3 * jitter(style, depth))));
        }
    }
    runs
}

#[test]
fn memory_is_judged_over_depths_and_by_exponents() {
    let supported = only(findings(&peaks(1.0, 1.5)));
    assert_eq!(supported.verdict, Verdict::Supported, "{:?}", supported.conditions);
    assert_eq!(supported.conditions[0].estimate.expect("matched").n, 4, "pairs of networks, not of seeds");
    assert!((supported.conditions[2].estimate.expect("fitted").value - 0.5).abs() < 0.01);
    assert_eq!(only(findings(&peaks(0.5, 1.0))).verdict, Verdict::NotSupported);
    let mut kept = peaks(1.0, 1.5);
    kept.iter_mut().for_each(|run| run.row.recipe = "{\"checkpointing\":\"balanced\"}".into());
    let recomputed = only(findings(&kept));
    assert_eq!(recomputed.verdict, Verdict::Inconclusive, "recomputing is shown and decides nothing");
    assert!(recomputed.measures[0].lines[0].name.contains("balanced checkpointing"));
}
