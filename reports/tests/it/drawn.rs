//! What a drawing says without its page: title, size, scale, what is hollow, what lies on what, where a bound is.

use skipbench_reports::chart::{standalone, standalone_panels};
use skipbench_reports::figure::{Axis, Figure, Kind, Mark, Point, Scale, Series, figures, overview};
use skipbench_reports::report::Report;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;
use skipbench_reports::stats::Estimate;

use super::row;

fn point(x: f64, y: f64) -> Point {
    let exactly = |value| Estimate { n: 1, value, low: None, high: None };
    Point { name: format!("at {x}"), x: exactly(x), y: exactly(y), hollow: false }
}

fn line(style: &str, points: &[(f64, f64)]) -> Series {
    let points = points.iter().map(|(x, y)| point(*x, *y)).collect();
    Series { name: format!("{style} line"), style: style.into(), mark: Mark::Line, points }
}

fn figure(x: Scale, y: Scale, series: Vec<Series>) -> Figure {
    Figure {
        id: "small".into(),
        title: "Loss & epochs".into(),
        caption: String::new(),
        x: Axis { title: "epoch".into(), scale: x },
        y: Axis { title: "test accuracy, %".into(), scale: y },
        kind: Kind::Plot,
        series,
    }
}

/// The numbers of the horizontal axis.
fn ticks(text: &str) -> Vec<&str> {
    let tags = text.split("<text class=\"tick\"").skip(1).filter_map(|part| part.split_once('>'));
    let below = tags.filter(|(tag, _)| tag.contains("text-anchor=\"middle\""));
    below.filter_map(|(_, rest)| rest.split('<').next()).collect()
}

#[test]
fn a_file_has_a_title_and_a_size() {
    let text = standalone(&figure(Scale::Linear, Scale::Linear, vec![line("add", &[(1.0, 2.0), (2.0, 3.0)])]));
    assert!(text.contains("width=\"720\" height=\"") && text.contains(">Loss &amp; epochs</text>"), "{text}");
    assert!(text.contains("viewBox=\"0 -30 720 "), "{text}");
}

#[test]
fn an_axis_that_is_not_linear_says_so() {
    let of = |x, y| standalone(&figure(x, y, vec![line("add", &[(1.0, 92.0), (4.0, 97.0)])]));
    let text = of(Scale::Log, Scale::Percent);
    assert!(text.contains("epoch (log scale)") && text.contains("test accuracy, % (error on a log scale)"), "{text}");
    assert!(!of(Scale::Linear, Scale::Linear).contains("log scale"));
}

#[test]
fn ticks_are_where_something_was_measured_if_that_is_few() {
    let epochs = |count: u32| {
        let points: Vec<(f64, f64)> = (1..=count).map(|epoch| (f64::from(epoch * 5), 1.0)).collect();
        standalone(&figure(Scale::Linear, Scale::Linear, vec![line("add", &points)]))
    };
    assert_eq!(ticks(&epochs(3)), ["5", "10", "15"]);
    assert!(ticks(&epochs(40)).len() < 12);
    let batches: Vec<(f64, f64)> = [2.0, 4.0, 8.0, 16.0, 32.0].map(|batch| (batch, 1.0)).to_vec();
    let text = standalone(&figure(Scale::Log, Scale::Linear, vec![line("add", &batches)]));
    assert_eq!(ticks(&text), ["2", "4", "8", "16", "32"]);
    let close =
        standalone(&figure(Scale::Linear, Scale::Linear, vec![line("add", &[(1.0, 1.0), (1.1, 1.0), (90.0, 1.0)])]));
    assert!(!ticks(&close).contains(&"1.1"), "its number would cover another: {:?}", ticks(&close));
}

#[test]
fn a_line_that_lies_on_another_is_dashed_and_named() {
    let points = [(10.0, 5.0), (20.0, 9.0), (40.0, 17.0)];
    let apart = [(10.0, 15.0), (20.0, 12.0), (40.0, 1.0)];
    let text = standalone(&figure(
        Scale::Linear,
        Scale::Linear,
        vec![line("add", &points), line("concat", &apart), line("none", &points)],
    ));
    assert!(text.contains("none line coincides with add line.") && !text.contains("concat line coincides"), "{text}");
    let strokes: Vec<&str> =
        text.split("<polyline").skip(1).filter_map(|part| part.split("></polyline").next()).collect();
    assert_eq!(
        strokes.iter().map(|stroke| stroke.contains("stroke-dasharray")).collect::<Vec<bool>>(),
        [false, false, true]
    );
}

/// A rectangle: left, right, top, bottom.
type Area = [f64; 4];

fn number(part: &str, key: &str) -> f64 {
    let text = part.split(&format!(" {key}=\"")).nth(1).and_then(|rest| rest.split('"').next());
    text.and_then(|text| text.parse().ok()).expect("a coordinate")
}

#[test]
fn no_name_covers_an_error_bar() {
    let wide = |value: f64| Estimate { n: 3, value, low: Some(value * 0.8), high: Some(value * 1.2) };
    let named = |(x, y): &(f64, f64)| Point { name: "resnet20".into(), x: wide(*x), y: wide(*y), hollow: false };
    let places = [(100.0, 50.0), (130.0, 52.0), (200.0, 60.0), (210.0, 48.0)];
    let series =
        Series { name: "a".into(), style: "add".into(), mark: Mark::Marks, points: places.iter().map(named).collect() };
    let text = standalone(&figure(Scale::Linear, Scale::Linear, vec![series]));
    let bars: Vec<Area> = text
        .split("<line class=\"error\"")
        .skip(1)
        .map(|part| [number(part, "x1"), number(part, "x2"), number(part, "y2"), number(part, "y1")])
        .collect();
    let names: Vec<Area> = text
        .split("<text class=\"name\"")
        .skip(1)
        .map(|part| {
            let (x, y, wide) = (number(part, "x"), number(part, "y"), 8.0 * 11.5 * 0.58);
            let left = if part.contains("text-anchor=\"end\"") { x - wide } else { x };
            [left, left + wide, y - 9.0, y]
        })
        .collect();
    assert_eq!((bars.len(), names.len()), (8, 4), "{text}");
    let meet = |a: &Area, b: &Area| a[0] < b[1] && b[0] < a[1] && a[2] < b[3] && b[2] < a[3];
    assert!(!names.iter().any(|name| bars.iter().any(|bar| meet(name, bar))), "{text}");
}

#[test]
fn a_legend_says_what_hollow_marks_are_and_only_then() {
    let runs = super::questions::quick();
    let all = figures(&Report::new(runs));
    let frontier = all.iter().find(|figure| figure.id == "accuracy-train_images_per_s").expect("drawn");
    let legend = |figure: &Figure| figure.series.iter().any(|series| series.name.starts_with("hollow: "));
    assert!(legend(frontier) && standalone(frontier).contains("hollow: another is at least as good in both"));
    assert!(frontier.series.iter().any(|series| series.name == "no skip"), "a style is told by its noun");
    let training = figure(Scale::Linear, Scale::Linear, vec![line("add", &[(1.0, 1.0)])]);
    assert!(!standalone(&training).contains("hollow: "));
}

fn timed(suite: &str, ceiling: f64) -> Run {
    let row = RunRow {
        suite: suite.into(),
        step_ns_median: Some(10_000_000),
        traffic_bytes: Some(400_000),
        join_bytes: Some(40_000),
        ceiling_flops_per_s: Some(ceiling),
        ceiling_bytes_per_s: Some(2.45e10),
        warmup_ns: Some(1),
        ..row("resnet", "train-step", 1)
    };
    Run { row, samples: Vec::new() }
}

#[test]
fn ceilings_have_their_values() {
    let all = figures(&Report::new(vec![timed("test", 1.6e11)]));
    let text = standalone(all.iter().find(|figure| figure.id == "roofline-flex").expect("drawn"));
    assert!(
        text.contains(">memory: 24.5 GB/s</text>") && text.contains(">matrix product: 160 GFLOP/s</text>"),
        "{text}"
    );
}

/// One suite with one thread, another with two: between their ceilings nothing is reached, and beyond it much.
#[test]
fn no_two_suites_share_a_ceiling() {
    let all = figures(&Report::new(vec![timed("quick", 1e11), timed("scaling", 2e11)]));
    let roofs = all.iter().filter(|figure| figure.id.starts_with("roofline"));
    let told: Vec<(&str, &str)> = roofs.map(|figure| (&*figure.id, &*figure.title)).collect();
    assert_eq!(
        told,
        [("roofline-flex", "Roofline: flex, suite quick"), ("roofline-flex-2", "Roofline: flex, suite scaling")]
    );
}

/// The controlled backbone, trained at `depths`, and its memory along a sweep over `swept`.
fn backbones(depths: &[u64], swept: &[u64]) -> Vec<Run> {
    let of = |depth: u64, skip: &str, row: RunRow| {
        let (family, skip, model) = ("backbone".into(), skip.into(), format!("backbone-{skip}-{depth}"));
        let cell = format!("{model}-{}", row.cell);
        Run { row: RunRow { family, skip, model, cell, depth, ..row }, samples: Vec::new() }
    };
    let trained = |depth: u64, skip: &str| {
        let correct = if skip == "none" { 900 - depth * 5 } else { 950 };
        of(depth, skip, RunRow { test_correct: Some(correct), test_total: Some(1000), ..row("m", "train", 1) })
    };
    let grown = |depth: u64, skip: &str| {
        let bytes = if skip == "concat" { depth * depth } else { depth * 20 } * 100_000;
        let row = RunRow {
            group: "growth".into(),
            sweep: "depth".into(),
            sweep_line: skip.into(),
            sweep_value: Some(depth),
            heap_peak_bytes: Some(bytes),
            ..row("m", "peak-memory-train", 1)
        };
        of(depth, skip, row)
    };
    let styles = ["none", "add", "concat"];
    let trained = depths.iter().flat_map(|depth| styles.map(|style| trained(*depth, style)));
    let grown = swept.iter().flat_map(|depth| styles.map(|style| grown(*depth, style)));
    trained.chain(grown).collect()
}

#[test]
fn the_overview_has_a_line_of_each_style_named_at_its_end() {
    let panels = overview(&Report::new(backbones(&[22, 58, 112], &[10, 20, 40]))).expect("three depths each");
    let names = |figure: &Figure| figure.series.iter().map(|series| series.name.clone()).collect::<Vec<String>>();
    assert!(panels.panels.iter().all(|figure| names(figure) == ["addition", "concatenation", "no skip"]));
    let ends: Vec<f64> = panels.panels[0].series.iter().map(|series| series.points[2].y.value).collect();
    assert!((ends[0] - 5.0).abs() < 1e-9 && (ends[2] - 66.0).abs() < 1e-9, "errors in percent: {ends:?}");
    let text = standalone_panels(&panels);
    assert_eq!(text.matches("class=\"line-name\"").count(), 6, "{text}");
    assert!(text.contains("width=\"900\"") && ticks(&text).ends_with(&["10", "20", "40"]), "{:?}", ticks(&text));
    assert!(!text.contains("NaN"));
}

#[test]
fn without_three_depths_there_is_no_overview() {
    for (depths, swept) in [(&[22, 58][..], &[10, 20, 40][..]), (&[22, 58, 112], &[10, 20]), (&[], &[])] {
        assert_eq!(overview(&Report::new(backbones(depths, swept))), None, "{depths:?} {swept:?}");
    }
    let mut missing = backbones(&[22, 58, 112], &[10, 20, 40]);
    missing.retain(|run| run.row.model != "backbone-none-112" || !run.row.sweep.is_empty());
    assert_eq!(overview(&Report::new(missing)), None, "a depth counts where every style was trained");
}
