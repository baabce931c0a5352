//! Fits sweeps: how a metric grows with depth, width, growth, batch or image size, as an exponent.

use serde::Serialize;

use crate::analyses::group::Setting;
use crate::analyses::metric::Metric;
use crate::rows::machine::is_pooled;
use crate::rows::recipe;
use crate::rows::record::{RunRow, Status};
use crate::rows::store::Run;
use crate::rows::style;
use crate::stats::{self, Estimate};

/// A metric along a sweep: y = a · xᵇ where it is a straight line on two logarithmic axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Name of the suite.
    pub suite: String,
    /// Name of the group in the suite.
    pub group: String,
    /// Setting of the measurement, except for what the sweep itself varies.
    pub setting: Setting,
    /// Key that is varied, such as `depth`.
    pub sweep: String,
    /// Name of the model in which it is varied.
    pub line: String,
    /// Its family.
    pub family: String,
    /// Word of the skip style.
    pub skip: String,
    /// Metric that is shown.
    pub metric: Metric,
    /// The varied values, each with the metric's mean over replicates or median over sets, in ascending order.
    pub points: Vec<(f64, f64)>,
    /// Exponent b; `None` with fewer than two points.
    pub exponent: Option<Estimate>,
}

/// Returns every curve in `runs`, in the order of the rows. Rows that differ in what a comparison may not mix are on
/// different curves.
pub fn curves(runs: &[Run]) -> Vec<Curve> {
    let mut lines: Vec<(CurveKey<'_>, Vec<&RunRow>)> = Vec::new();
    for row in runs.iter().map(|run| &run.row).filter(|row| row.status == Status::Ok && !row.sweep.is_empty()) {
        let key = key(row);
        match lines.iter_mut().find(|(other, _)| *other == key) {
            Some((_, rows)) => rows.push(row),
            None => lines.push((key, vec![row])),
        }
    }
    let pooled: Vec<[&str; 6]> =
        lines.iter().filter(|(_, rows)| is_pooled(rows[0])).map(|(key, _)| key.words).collect();
    let of = |(CurveKey { setting, words }, rows): &(CurveKey<'_>, Vec<&RunRow>)| {
        // What is counted is the same in rows of a plan that hold times, and in those that do not.
        let twice = !rows[0].plan.is_empty() && !is_pooled(rows[0]) && pooled.contains(words);
        let metrics = Metric::ALL.iter().filter(move |metric| !(twice && metric.is_exact()));
        metrics.filter_map(|metric| curve(setting, rows, *metric)).collect::<Vec<Curve>>()
    };
    lines.iter().flat_map(of).collect()
}

/// Holds what the points of one curve have in common.
#[derive(PartialEq)]
struct CurveKey<'a> {
    words: [&'a str; 6],
    setting: Setting,
}

fn key(row: &RunRow) -> CurveKey<'_> {
    let RunRow { suite_sha256, group, sweep_line, skip, git_revision, features, .. } = row;
    let words = [suite_sha256, group, sweep_line, skip, git_revision, features].map(String::as_str);
    CurveKey { words, setting: setting(row) }
}

/// Returns the setting without what the sweep itself varies.
fn setting(row: &RunRow) -> Setting {
    let own = Setting::of(row);
    match row.sweep.as_str() {
        "batch" => Setting { recipe: recipe::without(&own.recipe, "batch"), ..own },
        "image_size" => Setting { data_sha256: String::new(), ..own },
        _ => own,
    }
}

fn curve(setting: &Setting, rows: &[&RunRow], metric: Metric) -> Option<Curve> {
    let points = points(rows, metric);
    let first = rows.first().filter(|_| !points.is_empty())?;
    Some(Curve {
        suite: first.suite.clone(),
        group: first.group.clone(),
        setting: setting.clone(),
        sweep: first.sweep.clone(),
        line: first.sweep_line.clone(),
        family: first.family.clone(),
        skip: first.skip.clone(),
        metric,
        exponent: stats::growth_exponent(&points),
        points,
    })
}

/// Returns the value of the sweep. A depth is counted in weighted layers in every family.
fn varied(row: &RunRow) -> Option<u64> {
    let value = row.sweep_value?;
    Some(if row.sweep == "depth" { style::layers(&row.family, value) } else { value })
}

/// Returns the mean over replicates at each varied value. If some were measured in sets, only those count, by their
/// median.
fn points(rows: &[&RunRow], metric: Metric) -> Vec<(f64, f64)> {
    let value = |row: &&RunRow| Some((varied(row)?, row.set.is_some() && !metric.is_exact(), metric.of(row)?));
    let mut values: Vec<(u64, bool, f64)> = rows.iter().filter_map(value).collect();
    values.sort_by_key(|(at, ..)| *at);
    let point = |same: &[(u64, bool, f64)]| {
        let sets = same.iter().any(|(_, set, _)| *set);
        let counted = same.iter().filter(|(_, set, _)| *set == sets).map(|(.., value)| *value);
        let center = if sets { stats::median } else { stats::mean };
        Some((same[0].0 as f64, center(&counted.collect::<Vec<f64>>())?))
    };
    values.chunk_by(|a, b| a.0 == b.0).filter_map(point).collect()
}

/// One line of `scaling.csv`: one point of one curve, with the curve's exponent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScalingRow {
    /// Name of the suite.
    pub suite: String,
    /// Name of the group.
    pub group: String,
    /// Name of the device.
    pub device: String,
    /// Recipe, as JSON; without `batch` in a sweep over it.
    pub recipe: String,
    /// Name of the model in which something is varied.
    pub line: String,
    /// Word of the skip style.
    pub skip: String,
    /// Key that is varied.
    pub sweep: String,
    /// Value of the varied key.
    pub sweep_value: f64,
    /// Metric, with its unit.
    pub metric: &'static str,
    /// Mean of the metric over replicates.
    pub value: f64,
    /// Number of points of the curve.
    pub points: usize,
    /// Exponent b of value = a · sweep_valueᵇ.
    pub exponent: Option<f64>,
    /// Lower end of its 95 % interval.
    pub exponent_low: Option<f64>,
    /// Upper end of the same interval.
    pub exponent_high: Option<f64>,
}

/// Returns the curves as rows.
pub fn rows(curves: &[Curve]) -> Vec<ScalingRow> {
    curves.iter().flat_map(|curve| curve.points.iter().map(|point| row(curve, *point))).collect()
}

fn row(curve: &Curve, (sweep_value, value): (f64, f64)) -> ScalingRow {
    ScalingRow {
        suite: curve.suite.clone(),
        group: curve.group.clone(),
        device: curve.setting.device.clone(),
        recipe: curve.setting.recipe.clone(),
        line: curve.line.clone(),
        skip: curve.skip.clone(),
        sweep: curve.sweep.clone(),
        sweep_value,
        metric: curve.metric.word(),
        value,
        points: curve.points.len(),
        exponent: curve.exponent.map(|exponent| exponent.value),
        exponent_low: curve.exponent.and_then(|exponent| exponent.low),
        exponent_high: curve.exponent.and_then(|exponent| exponent.high),
    }
}
