//! Fits how memory grows: exponents with depth and with growth, for every way of keeping the forward pass, and their
//! curves.

use std::collections::BTreeMap;

use super::course::{BY_DEPTH, COURSES, Course};
use super::keeping::{KEEPING, METRICS, columns, keeping};
use crate::analyses::metric::Metric;
use crate::analyses::quantity::Quantity;
use crate::claims::evidence::Evidence;
use crate::claims::measure::{Column, MeasureRow, Measures, Plot, PlotAxis, PlotKind, Trace};
use crate::rows::{style, task};
use crate::stats::{self, Estimate};

/// Returns the networks of a course and style, by the name that they share in a sweep. Matched ones share none.
fn networks<'a>(evidence: &Evidence<'a>) -> Vec<(&'a str, Evidence<'a>)> {
    let mut names: Vec<&str> = Vec::new();
    for run in evidence.runs() {
        if !names.contains(&run.row.sweep_line.as_str()) {
            names.push(&run.row.sweep_line);
        }
    }
    names.into_iter().map(|name| (name, evidence.only(|row| row.sweep_line == name))).collect()
}

/// Returns rows that keep the forward pass by `strategy`.
fn kept<'a>(evidence: &Evidence<'a>, strategy: &str) -> Evidence<'a> {
    evidence.only(|row| keeping(&row.recipe) == strategy)
}

/// Returns the metric at each place of one course, for one style and way of keeping.
fn points(course: &Course, evidence: &Evidence<'_>, metric: Metric) -> Vec<(f64, Estimate)> {
    let mut places: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for row in evidence.runs().iter().map(|run| &run.row) {
        if let Some(at) = course.place(row) {
            places.entry(at).or_default().extend(metric.of(row));
        }
    }
    let point = |(at, values): (u64, Vec<f64>)| Some((at as f64, stats::mean_interval(&values)?));
    places.into_iter().filter_map(point).collect()
}

/// Returns the exponent of a style's peak with depth.
pub(super) fn by_depth(evidence: &Evidence<'_>, style: &str, strategy: &str) -> Option<Estimate> {
    let (_, network) = networks(&BY_DEPTH.of(evidence).style(style)).into_iter().next()?;
    exponent(&BY_DEPTH, &network, strategy, Metric::TrainMemory)
}

/// Returns the exponent of a metric along one course, for one network and way of keeping.
fn exponent(course: &Course, network: &Evidence<'_>, strategy: &str, metric: Metric) -> Option<Estimate> {
    let points = points(course, &kept(network, strategy), metric);
    stats::growth_exponent(&points.into_iter().map(|(at, mean)| (at, mean.value)).collect::<Vec<(f64, f64)>>())
}

/// Returns what recomputing takes from an exponent: the exponent of the ratio of everything kept to recomputed, network
/// by network.
fn taken(course: &Course, network: &Evidence<'_>, strategy: &str, metric: Metric) -> Option<Estimate> {
    let recomputed = points(course, &kept(network, strategy), metric);
    let ratio = |(at, whole): (f64, Estimate)| {
        let (_, less) = recomputed.iter().find(|(other, _)| *other == at)?;
        Some((at, whole.value / less.value))
    };
    let whole = points(course, &kept(network, KEEPING[0].0), metric);
    stats::growth_exponent(&whole.into_iter().filter_map(ratio).collect::<Vec<(f64, f64)>>())
}

/// Returns the difference of two exponents. Its interval reaches from the least to the most that the ends of both
/// allow.
pub(super) fn steeper(one: Option<Estimate>, other: Option<Estimate>) -> Option<Estimate> {
    let (one, other) = (one?, other?);
    let (low, high) = (one.low.zip(other.high), one.high.zip(other.low));
    let less = |(one, other): (f64, f64)| one - other;
    Some(Estimate { n: one.n.min(other.n), value: one.value - other.value, low: low.map(less), high: high.map(less) })
}

/// Returns a line with one value for each metric, if any is there.
fn line(words: [&str; 3], style: &str, of: impl Fn(Metric) -> Option<Estimate>) -> Option<MeasureRow> {
    let name = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<&str>>().join(", ");
    let values: Vec<Option<Estimate>> = METRICS.into_iter().map(of).collect();
    values.iter().any(Option::is_some).then(|| MeasureRow::new(name, style, values))
}

/// Tabulates every exponent, course by course.
pub(super) fn exponents(evidence: &Evidence<'_>) -> Measures {
    let mut lines = Vec::new();
    for (course, style) in COURSES.iter().flat_map(|course| style::COMPARED.iter().map(move |style| (course, *style))) {
        for (name, network) in networks(&course.of(evidence).style(style)) {
            let of_one = |strategy| {
                line([course.title, name, strategy], style, |metric| exponent(course, &network, strategy, metric))
            };
            lines.extend(KEEPING.iter().filter_map(|(strategy, _)| of_one(strategy)));
        }
    }
    Measures {
        title: "Exponents of memory with depth and growth".to_owned(),
        caption: "b of memory = a · depthᵇ or a · growthᵇ, with Student's 95 % interval over the networks; where \
                  networks are matched at one depth, of a · widthᵇ, because both of a pair have the same width, and \
                  the growth that matches follows it. Joins are recomputed, which changes nothing without \
                  concatenation."
            .to_owned(),
        columns: columns().map(|title| Column::new(title, Quantity::Number)).collect(),
        lines,
    }
}

/// Tabulates what recomputing takes from concatenation's exponents.
pub(super) fn taken_away(evidence: &Evidence<'_>) -> Measures {
    let mut lines = Vec::new();
    for course in &COURSES {
        for (name, network) in networks(&course.of(evidence).style(style::CONCAT)) {
            let of_one = |strategy| {
                line([course.title, name, strategy], style::CONCAT, |metric| taken(course, &network, strategy, metric))
            };
            lines.extend(KEEPING[1..].iter().filter_map(|(strategy, _)| of_one(strategy)));
        }
    }
    Measures {
        title: "What recomputing takes from concatenation's exponents".to_owned(),
        caption:
            "The exponent with everything kept minus the one with recomputing, network by network, with Student's \
                  95 % interval over the networks."
                .to_owned(),
        columns: columns().map(|title| Column::new(title, Quantity::Number)).collect(),
        lines,
    }
}

/// Plots peak training memory along every course.
pub(super) fn plots(evidence: &Evidence<'_>) -> Vec<Plot> {
    let plot = |course: &Course| {
        let on_course = course.of(evidence).task(task::PEAK_MEMORY_TRAIN);
        let traces: Vec<Trace> =
            style::COMPARED.iter().flat_map(|style| traces(course, &on_course.style(style), style)).collect();
        // One network is no curve.
        traces.iter().any(|trace| trace.points.len() > 1).then(|| Plot {
            name: course.name.to_owned(),
            title: format!("Peak training memory against {}", course.title),
            caption: "Both axes are logarithmic: the slope of a straight line is its exponent.".to_owned(),
            drawn: PlotKind::Lines,
            x: PlotAxis::log(course.axis.word(), Quantity::Number),
            y: PlotAxis::log("peak", Quantity::Bytes),
            traces,
        })
    };
    COURSES.iter().filter_map(plot).collect()
}

/// Returns a trace for each network and way of keeping.
fn traces(course: &Course, evidence: &Evidence<'_>, style: &str) -> Vec<Trace> {
    let trace = |name: &str, strategy: &str, network: &Evidence<'_>| {
        let points = points(course, &kept(network, strategy), Metric::TrainMemory);
        let name = if name.is_empty() { style } else { name };
        (!points.is_empty()).then(|| Trace { name: format!("{name}, {strategy}"), skip: style.to_owned(), points })
    };
    let all = networks(evidence);
    all.iter()
        .flat_map(|(name, network)| KEEPING.iter().filter_map(|(strategy, _)| trace(name, strategy, network)))
        .collect()
}
