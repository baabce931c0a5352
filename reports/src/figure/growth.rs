//! Plots how metrics grow along sweeps. Without a sweep over depth, it plots the peak memory of every network against
//! its depth.

use crate::analyses::distinguish::{distinguish, format_distinction};
use crate::analyses::group::{Group, Setting};
use crate::analyses::metric::Metric;
use crate::analyses::quantity::capitalize;
use crate::analyses::scaling::Curve;
use crate::report::Report;
use crate::rows::record::{RunRow, Status};
use crate::rows::style;
use crate::stats;

use super::data::{Axis, Figure, Kind, Mark, Point, Scale, Series, exactly, scaled, slug};

const LAYERS: &str = "weighted layers, 4 in a Transformer's block";

const DRAWN: [Metric; 3] = [Metric::TrainMemory, Metric::SavedMemory, Metric::TrainThroughput];

/// Returns a figure for each varied key and metric.
pub(super) fn growth(report: &Report) -> Vec<Figure> {
    let mut sweeps: Vec<&str> = report.curves.iter().map(|curve| curve.sweep.as_str()).collect();
    // Depth first: it is what skips are for.
    sweeps.sort_unstable_by_key(|sweep| (*sweep != "depth", *sweep));
    sweeps.dedup();
    let along = |sweep: &&str| DRAWN.iter().filter_map(|metric| figure(report, sweep, *metric)).collect::<Vec<_>>();
    let mut figures: Vec<Figure> = sweeps.iter().flat_map(along).collect();
    if !sweeps.contains(&"depth") {
        figures.extend(by_depth(report));
    }
    figures
}

fn figure(report: &Report, sweep: &str, metric: Metric) -> Option<Figure> {
    let of = |curve: &&Curve| curve.sweep == sweep && curve.metric == metric;
    let curves: Vec<&Curve> = report.curves.iter().filter(of).collect();
    let named: Vec<(&str, &Setting)> = curves.iter().map(|curve| (curve.line.as_str(), &curve.setting)).collect();
    let drawn = curves.iter().zip(distinguish(&named));
    let mut series: Vec<Series> =
        drawn.map(|(curve, distinction)| series(curve, &format_distinction(&distinction), report)).collect();
    // A line without a skip that lies on another is drawn over it, so that both are seen.
    series.sort_by_key(|series| series.style == style::NONE);
    let name = metric.title();
    let varied = sweep.replace('_', " ");
    (!series.is_empty()).then(|| Figure {
        id: slug(&["growth", sweep, metric.word()]),
        title: format!("{} against {varied}", capitalize(name)),
        caption: format!(
            "Both axes are logarithmic: a straight line is a power law, metric = a · {varied}ᵇ, and b its slope."
        ),
        x: Axis::new(if sweep == "depth" { LAYERS.to_owned() } else { varied }, Scale::Log),
        y: Axis::new(metric.unit().label(name), Scale::Log),
        kind: Kind::Plot,
        series,
    })
}

fn series(curve: &Curve, distinction: &str, report: &Report) -> Series {
    let factor = curve.metric.unit().factor();
    let exponent =
        curve.exponent.map_or(String::new(), |exponent| format!(", b = {:.2}", exponent.value).replace('-', "−"));
    let point = |(x, y): &(f64, f64)| Point {
        name: format!("{}{distinction}, {} {x}", curve.line, curve.sweep.replace('_', " ")),
        x: exactly(*x),
        y: exactly(*y * factor),
        hollow: false,
    };
    let transformer = report.runs.iter().any(|run| run.row.sweep_line == curve.line && run.row.family == style::VIT);
    let style = if transformer { style::TRANSFORMER } else { &curve.skip };
    Series {
        name: format!("{}{distinction}{exponent}", curve.line),
        style: style.to_owned(),
        mark: Mark::Line,
        points: curve.points.iter().map(point).collect(),
    }
}

fn by_depth(report: &Report) -> Option<Figure> {
    let points: Vec<(String, Point)> = report.groups.iter().flat_map(|group| of_group(report, group)).collect();
    let mut styles: Vec<&str> = points.iter().map(|(style, _)| style.as_str()).collect();
    styles.sort_unstable();
    styles.dedup();
    let of = |style: &&str| Series {
        name: style::noun(style).to_owned(),
        style: (*style).to_owned(),
        mark: Mark::Marks,
        points: points.iter().filter(|(other, _)| other == style).map(|(_, point)| point.clone()).collect(),
    };
    let series: Vec<Series> = styles.iter().map(of).collect();
    (!series.is_empty()).then(|| Figure {
        id: "growth-depth".to_owned(),
        title: "Peak training memory against depth".to_owned(),
        caption: "Networks of several widths, each as its group has it; `skipbench run scaling` varies depth alone."
            .to_owned(),
        x: Axis::new(LAYERS, Scale::Linear),
        y: Axis::new("train peak, MiB", Scale::Linear),
        kind: Kind::Plot,
        series,
    })
}

fn of_group(report: &Report, group: &Group) -> Vec<(String, Point)> {
    let depth = |model: &str| {
        let same = |row: &&RunRow| row.model == model && row.status == Status::Ok;
        report.runs.iter().map(|run| &run.row).find(same).map(|row| style::layers(&row.family, row.depth) as f64)
    };
    let point = |member: &crate::analyses::group::Member| {
        let values: Vec<f64> = member.values.get(&Metric::TrainMemory)?.values().copied().collect();
        let y = scaled(&stats::mean_interval(&values)?, Metric::TrainMemory.unit().factor());
        let x = exactly(depth(&member.model)?);
        Some((member.style().to_owned(), Point { name: member.model.clone(), x, y, hollow: false }))
    };
    group.members.iter().filter_map(point).collect()
}
