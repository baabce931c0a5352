//! How memory grows: exponents with depth and with growth, for every way of keeping the forward pass, and their curves.

use std::collections::BTreeMap;

use super::course::{BY_DEPTH, COURSES, Course};
use super::keeping::{KEEPING, METRICS, columns, keeping};
use crate::analyses::metric::Metric;
use crate::analyses::quantity::Quantity;
use crate::claims::evidence::Evidence;
use crate::claims::measure::{Column, MeasureRow, Measures, Plot, PlotAxis, PlotKind, Trace};
use crate::rows::{style, task};
use crate::stats::{self, Estimate};

/// The networks of a course and style, by the name that they share in a sweep; matched ones share none.
fn networks<'a>(own: &Evidence<'a>) -> Vec<(&'a str, Evidence<'a>)> {
    let mut names: Vec<&str> = Vec::new();
    for run in own.runs() {
        if !names.contains(&run.row.sweep_line.as_str()) {
            names.push(&run.row.sweep_line);
        }
    }
    names.into_iter().map(|name| (name, own.only(|row| row.sweep_line == name))).collect()
}

/// Rows that keep the forward pass in that way.
fn kept<'a>(own: &Evidence<'a>, way: &str) -> Evidence<'a> {
    own.only(|row| keeping(&row.recipe) == way)
}

/// The metric at each place of one course, of one style and way of keeping.
fn points(course: &Course, own: &Evidence<'_>, metric: Metric) -> Vec<(f64, Estimate)> {
    let mut places: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for row in own.runs().iter().map(|run| &run.row) {
        if let Some(at) = course.place(row) {
            places.entry(at).or_default().extend(metric.of(row));
        }
    }
    let point = |(at, values): (u64, Vec<f64>)| Some((at as f64, stats::mean_interval(&values)?));
    places.into_iter().filter_map(point).collect()
}

/// The exponent of a style's peak with depth.
pub(super) fn by_depth(evidence: &Evidence<'_>, style: &str, way: &str) -> Option<Estimate> {
    let (_, own) = networks(&BY_DEPTH.of(evidence).style(style)).into_iter().next()?;
    exponent(&BY_DEPTH, &own, way, Metric::TrainMemory)
}

/// The exponent of a metric along one course, of one network and way of keeping.
fn exponent(course: &Course, own: &Evidence<'_>, way: &str, metric: Metric) -> Option<Estimate> {
    let points = points(course, &kept(own, way), metric);
    stats::growth_exponent(&points.into_iter().map(|(at, mean)| (at, mean.value)).collect::<Vec<(f64, f64)>>())
}

/// What recomputing takes from an exponent: the exponent of everything kept over recomputed, network by network.
fn taken(course: &Course, own: &Evidence<'_>, way: &str, metric: Metric) -> Option<Estimate> {
    let recomputed = points(course, &kept(own, way), metric);
    let ratio = |(at, whole): (f64, Estimate)| {
        let (_, less) = recomputed.iter().find(|(other, _)| *other == at)?;
        Some((at, whole.value / less.value))
    };
    let whole = points(course, &kept(own, KEEPING[0].0), metric);
    stats::growth_exponent(&whole.into_iter().filter_map(ratio).collect::<Vec<(f64, f64)>>())
}

/// The difference of two exponents. Its interval reaches from the least to the most that the ends of theirs allow.
pub(super) fn steeper(one: Option<Estimate>, other: Option<Estimate>) -> Option<Estimate> {
    let (one, other) = (one?, other?);
    let (low, high) = (one.low.zip(other.high), one.high.zip(other.low));
    let less = |(one, other): (f64, f64)| one - other;
    Some(Estimate { n: one.n.min(other.n), value: one.value - other.value, low: low.map(less), high: high.map(less) })
}

/// One value for each metric, if any is there.
fn line(words: [&str; 3], style: &str, of: impl Fn(Metric) -> Option<Estimate>) -> Option<MeasureRow> {
    let name = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<&str>>().join(", ");
    let values: Vec<Option<Estimate>> = METRICS.iter().map(|(metric, _)| of(*metric)).collect();
    values.iter().any(Option::is_some).then(|| MeasureRow::new(name, style, values))
}

/// Every exponent, course by course.
pub(super) fn exponents(evidence: &Evidence<'_>) -> Measures {
    let mut lines = Vec::new();
    for (course, style) in COURSES.iter().flat_map(|course| style::COMPARED.iter().map(move |style| (course, *style))) {
        for (name, own) in networks(&course.of(evidence).style(style)) {
            let of_one = |way| line([course.title, name, way], style, |metric| exponent(course, &own, way, metric));
            lines.extend(KEEPING.iter().filter_map(|(way, _)| of_one(way)));
        }
    }
    Measures {
        title: "Exponents of memory with depth and growth".to_owned(),
        caption: "b of memory = a · depthᵇ or a · growthᵇ, with Student's 95 % interval over the networks; where networks are matched at one \
                  depth, of a · widthᵇ, for the width is what both of a pair have, and the growth that matches follows it. What is recomputed are \
                  joins, so that it changes nothing without concatenation."
            .to_owned(),
        columns: columns().map(|title| Column::new(title, Quantity::Number)).collect(),
        lines,
    }
}

/// What recomputing takes from concatenation's exponents.
pub(super) fn taken_away(evidence: &Evidence<'_>) -> Measures {
    let mut lines = Vec::new();
    for course in &COURSES {
        for (name, own) in networks(&course.of(evidence).style(style::CONCAT)) {
            let of_one =
                |way| line([course.title, name, way], style::CONCAT, |metric| taken(course, &own, way, metric));
            lines.extend(KEEPING[1..].iter().filter_map(|(way, _)| of_one(way)));
        }
    }
    Measures {
        title: "What recomputing takes from concatenation's exponents".to_owned(),
        caption: "The exponent with everything kept less the one with recomputing, network by network, with Student's 95 % interval over \
                  those."
            .to_owned(),
        columns: columns().map(|title| Column::new(title, Quantity::Number)).collect(),
        lines,
    }
}

/// Peak training memory along every course.
pub(super) fn plots(evidence: &Evidence<'_>) -> Vec<Plot> {
    let plot = |course: &Course| {
        let own = course.of(evidence).task(task::PEAK_MEMORY_TRAIN);
        let traces: Vec<Trace> =
            style::COMPARED.iter().flat_map(|style| traces(course, &own.style(style), style)).collect();
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

/// A line for each network and way of keeping.
fn traces(course: &Course, own: &Evidence<'_>, style: &str) -> Vec<Trace> {
    let trace = |name: &str, way: &str, own: &Evidence<'_>| {
        let points = points(course, &kept(own, way), Metric::TrainMemory);
        let name = if name.is_empty() { style } else { name };
        (!points.is_empty()).then(|| Trace { name: format!("{name}, {way}"), skip: style.to_owned(), points })
    };
    let all = networks(own);
    all.iter().flat_map(|(name, own)| KEEPING.iter().filter_map(|(way, _)| trace(name, way, own))).collect()
}
