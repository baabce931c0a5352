//! `memory`: peaks that follow a power of the depth.

use skipbench_reports::claims::{ClaimVerdict, Finding, findings};
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;
use skipbench_reports::stats::Estimate;

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
                    spec: spec(style, 16).into(),
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

/// A specification, of which only the width is read.
fn spec(style: &str, width: u64) -> String {
    format!("{{\"family\":\"backbone\",\"skip\":\"{style}\",\"width\":{width}}}")
}

/// Peaks of matched pairs at depth 22, of other widths than 16: what they are there times the style's power of the
/// width.
fn widths(runs: &[Run], exponent: impl Fn(&str) -> f64) -> Vec<Run> {
    let at_22 = |run: &&Run| run.row.depth == 22 && run.row.sweep.is_empty();
    let wider = |run: &Run, width: u64| {
        let mut run = run.clone();
        let RunRow { skip, group, spec, heap_peak_bytes, .. } = &mut run.row;
        let times = (width as f64 / 16.0).powf(exponent(skip));
        *heap_peak_bytes = heap_peak_bytes.map(|bytes| (bytes as f64 * times) as u64);
        (*group, *spec) = (format!("{group} w{width}"), self::spec(skip, width).into());
        run
    };
    runs.iter().filter(at_22).flat_map(|run| [8, 12, 24, 32].map(|width| wider(run, width))).collect()
}

#[test]
fn memory_is_judged_over_depths_and_by_exponents() {
    let supported = only(findings(&peaks(1.0, 1.5)));
    assert_eq!(supported.verdict, ClaimVerdict::Supported, "{:?}", supported.conditions);
    assert_eq!(supported.conditions[0].estimate.expect("matched").n, 4, "pairs of networks, not of seeds");
    assert!((supported.conditions[2].estimate.expect("fitted").value - 0.5).abs() < 0.01);
    assert_eq!(only(findings(&peaks(0.5, 1.0))).verdict, ClaimVerdict::NotSupported);
    let mut kept = peaks(1.0, 1.5);
    kept.iter_mut().for_each(|run| run.row.recipe = "{\"checkpointing\":\"balanced\"}".into());
    let recomputed = only(findings(&kept));
    assert_eq!(recomputed.verdict, ClaimVerdict::Inconclusive, "recomputing is shown and decides nothing");
    assert!(recomputed.measures[0].lines[0].name.contains("balanced checkpointing"));
}

/// Rows as of another recipe, in groups of their own.
fn by_recipe(mut runs: Vec<Run>, recipe: &str, word: &str) -> Vec<Run> {
    for row in runs.iter_mut().map(|run| &mut run.row) {
        (row.recipe, row.group) = (recipe.into(), format!("{}, {word}", row.group));
    }
    runs
}

/// The training peak's number in a line of a table, with its interval.
fn peak_of(finding: &Finding, table: usize, line: &str) -> Estimate {
    let found = finding.measures[table].lines.iter().find(|other| other.name == line && other.skip == "concat");
    found.unwrap_or_else(|| panic!("no line {line}: {:?}", finding.measures[table])).values[0].expect("fitted")
}

#[test]
fn exponents_are_stated_for_every_way_of_keeping_and_decide_only_where_everything_is_kept() {
    let balanced = by_recipe(peaks(1.0, 1.3), "{\"checkpointing\":\"balanced\",\"memory\":\"naive\"}", "balanced");
    let recomputed = by_recipe(peaks(1.0, 1.0), "{\"checkpointing\":\"none\",\"memory\":\"recompute\"}", "recomputed");
    let finding = only(findings(&[peaks(1.0, 1.5), balanced, recomputed].concat()));
    assert_eq!(finding.verdict, ClaimVerdict::Supported, "{:?}", finding.conditions);
    assert_eq!(finding.conditions[0].estimate.expect("matched").n, 4, "of what keeps everything alone");
    let courses = ["depth at a fixed growth, backbone-concat", "depth at matched parameters", "depth at matched MACs"];
    for course in courses {
        for (way, exponent) in [("everything kept", 1.5), ("balanced checkpointing", 1.3), ("joins recomputed", 1.0)] {
            let found = peak_of(&finding, 1, &format!("{course}, {way}"));
            assert!((found.value - exponent).abs() < 0.01 && found.low.is_some(), "{course}, {way}: {found:?}");
        }
        let taken = peak_of(&finding, 2, &format!("{course}, joins recomputed"));
        assert!((taken.value - 0.5).abs() < 0.01 && taken.low > Some(0.45), "{course}: {taken:?}");
    }
    let ratio = peak_of(&finding, 0, "depth at matched parameters, joins recomputed");
    assert!((ratio.value - 1.0).abs() < 0.01, "{ratio:?}");
    let plots: Vec<&str> = finding.plots.iter().map(|plot| plot.name.as_str()).collect();
    assert_eq!(plots, ["depth", "depth-params", "depth-macs"]);
    assert_eq!(finding.plots[0].traces.len(), 6, "two styles, three ways");
}

#[test]
fn widths_have_exponents_and_ratios_of_their_own_and_decide_nothing() {
    let depths = peaks(1.0, 1.5);
    let wide = widths(&depths, |style| if style == "concat" { 0.9 } else { 1.1 });
    let (before, finding) = (only(findings(&depths)), only(findings(&[wide, depths].concat())));
    assert_eq!(finding.conditions, before.conditions, "pairs of different depths, as before");
    for (course, axis) in [("depth", "depth"), ("width and growth", "width")] {
        for (budget, name) in [("parameters", "params"), ("MACs", "macs")] {
            let course = format!("{course} at matched {budget}");
            let exponent = peak_of(&finding, 1, &format!("{course}, everything kept"));
            let (expected, points) = if axis == "depth" { (1.5, 4) } else { (0.9, 5) };
            assert!((exponent.value - expected).abs() < 0.01 && exponent.n == points, "{course}: {exponent:?}");
            assert_eq!(peak_of(&finding, 0, &format!("{course}, everything kept")).n, points, "{course}");
            let title = format!("Peak training memory against {course}");
            let plot = finding.plots.iter().find(|plot| plot.title == title).expect(&title);
            assert!(plot.name.ends_with(name) && plot.x.title == axis, "{}: {}", plot.name, plot.x.title);
            assert!(plot.traces.iter().all(|trace| trace.points.len() == points), "{course}");
        }
    }
    let added = finding.measures[1].lines.iter();
    let added = added.filter(|line| line.skip == "add" && line.name.starts_with("width")).map(|line| line.values[0]);
    assert!(added.flatten().all(|exponent| (exponent.value - 1.1).abs() < 0.01), "{:?}", finding.measures[1]);
    assert!(before.plots.iter().all(|plot| plot.name != "growth-params"), "one width is no curve");
}
