//! Plots what a skip buys and costs as networks get deeper: test error and peak memory against depth, one line per
//! style.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyses::metric::Metric;
use crate::analyses::quantity::format_number_of;
use crate::analyses::scaling::Curve;
use crate::report::Report;
use crate::rows::machine::pool;
use crate::rows::record::{RunRow, Status};
use crate::rows::{style, task};
use crate::stats;

use super::data::{Axis, Figure, Kind, Mark, Panels, Point, Scale, Series, exactly, scaled};

/// Least number of depths for a line.
const DEPTHS: usize = 3;

/// Family in which only the join differs.
const BACKBONE: &str = "backbone";

/// Returns both plots if the rows have three depths for each: the error of matched networks, and the memory of a sweep.
pub fn overview(report: &Report) -> Option<Panels> {
    Some(Panels {
        id: "overview".to_owned(),
        title: "As networks get deeper".to_owned(),
        panels: vec![errors(report)?, memory(report)?],
    })
}

fn figure(title: &str, caption: String, y: &str, series: Vec<Series>) -> Figure {
    Figure {
        id: title.to_owned(),
        title: title.to_owned(),
        caption,
        x: Axis::new("weighted layers", Scale::Linear),
        y: Axis::new(y, Scale::Linear),
        kind: Kind::Plot,
        series,
    }
}

/// Returns one line for each style if all of them have one. Addition comes first, which draws no skip over it where
/// both coincide.
fn lines(of: impl Fn(&str) -> Vec<Point>) -> Vec<Series> {
    let line = |style: &str| Series {
        name: style::noun(style).to_owned(),
        style: style.to_owned(),
        mark: Mark::Line,
        points: of(style),
    };
    [style::ADD, style::CONCAT, style::NONE].map(line).to_vec()
}

/// Holds what one suite trained, by depth and style.
#[derive(Default)]
struct Trained<'a> {
    cells: BTreeMap<(u64, &'a str), Vec<&'a RunRow>>,
}

impl<'a> Trained<'a> {
    /// Returns depths at which every style was trained, each by one network.
    fn depths(&self) -> Vec<u64> {
        let depths: BTreeSet<u64> = self.cells.keys().map(|(depth, _)| *depth).collect();
        let one = |depth: u64, style| {
            let rows = self.cells.get(&(depth, style)).map_or(&[][..], Vec::as_slice);
            rows.iter().map(|row| row.model.as_str()).collect::<BTreeSet<&str>>().len() == 1
        };
        depths.into_iter().filter(|depth| style::COMPARED.iter().all(|style| one(*depth, *style))).collect()
    }

    /// Returns the mean error over seeds.
    fn point(&self, depth: u64, style: &'a str) -> Option<Point> {
        let rows = self.cells.get(&(depth, style))?;
        let errors: Vec<f64> = rows.iter().filter_map(|row| Some(1.0 - Metric::TestAccuracy.of(row)?)).collect();
        let y = scaled(&stats::mean_interval(&errors)?, 100.0);
        Some(Point {
            name: format!("{}, {depth} layers", style::noun(style)),
            x: exactly(depth as f64),
            y,
            hollow: false,
        })
    }
}

fn errors(report: &Report) -> Option<Figure> {
    let mut suites: BTreeMap<[&str; 5], Trained<'_>> = BTreeMap::new();
    for row in report.runs.iter().map(|run| &run.row).filter(|row| is_trained(row)) {
        let [suite, data, sha, device] = [&row.suite, &row.data, &row.data_sha256, &row.device].map(String::as_str);
        let key = [suite, data, sha, device, pool(row)];
        suites.entry(key).or_default().cells.entry((row.depth, &row.skip)).or_default().push(row);
    }
    let (key, trained) = suites.iter().max_by_key(|(_, trained)| trained.depths().len())?;
    let depths = trained.depths();
    let of = |style: &str| {
        let style = style::COMPARED.into_iter().find(|other| *other == style).unwrap_or_default();
        depths.iter().filter_map(|depth| trained.point(*depth, style)).collect()
    };
    let seeds = trained.cells.values().map(Vec::len).max()?;
    let caption = format!("{}, equal parameters, up to {}", key[1], format_number_of(seeds, "seed"));
    (depths.len() >= DEPTHS).then(|| figure("Test error", caption, "test error, %", lines(of)))
}

/// Returns whether a row is of the controlled backbone, matched in parameters.
fn is_trained(row: &RunRow) -> bool {
    row.task == task::TRAIN
        && row.status == Status::Ok
        && row.sweep.is_empty()
        && row.family == BACKBONE
        && row.budget == Metric::Params.word()
        && style::COMPARED.contains(&row.skip.as_str())
        && Metric::TestAccuracy.of(row).is_some()
}

/// Returns the sweep over depth that has a line of every style.
fn memory(report: &Report) -> Option<Figure> {
    let along = |curve: &&Curve| curve.sweep == "depth" && curve.metric == Metric::TrainMemory;
    let curves: Vec<&Curve> = report.curves.iter().filter(along).collect();
    let same = |curve: &Curve, style: &str| {
        let own = |other: &&&Curve| other.group == curve.group && other.setting == curve.setting && other.skip == style;
        curves.iter().find(own).copied().filter(|other| other.points.len() >= DEPTHS)
    };
    let found = curves.iter().find(|curve| style::COMPARED.iter().all(|style| same(curve, style).is_some()))?;
    let unit = Metric::TrainMemory.unit();
    let of = |style: &str| {
        let point = |(x, y): &(f64, f64)| Point {
            name: format!("{}, {x} layers", style::noun(style)),
            x: exactly(*x),
            y: exactly(y * unit.factor()),
            hollow: false,
        };
        same(found, style).map_or(Vec::new(), |curve| curve.points.iter().map(point).collect())
    };
    let caption = format!("{} images, equal width and growth", found.setting.data);
    Some(figure("Peak memory of a training step", caption, &unit.label("peak memory"), lines(of)))
}
