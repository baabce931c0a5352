//! "There are better ways to join than addition."
//!
//! Every style runs side by side in one backbone, and each is compared with addition.

use super::claim::{Claim, Examined};
use super::condition::{ClaimVerdict, Condition, estimate};
use super::evidence::{Evidence, Values, counted_difference};
use super::measure::{Column, MeasureRow, Measures, Plot, PlotAxis, PlotKind, Trace};
use crate::analyses::metric::Metric;
use crate::analyses::quantity::Quantity;
use crate::rows::record::RunRow;
use crate::rows::store::Run;
use crate::rows::{style, task};
use crate::stats::paired::Contrast;
use crate::stats::{self, Estimate};

/// Advantage in accuracy up to which a style counts as no better: two points.
const MATTERS: f64 = 0.02;

pub(super) const CLAIM: Claim = Claim {
    name: "styles",
    sentence: "There are more accurate ways to join than plain addition.",
    rule: "One backbone, one recipe; each style's test accuracy minus addition's, paired by seed, with a spread of at \
           least one test image. Supported: some style's interval is above 0, and its p-value, corrected for the \
           number of styles (Holm), is at most 5 %. Not supported: every style's interval ends below 2 points. \
           Inconclusive: otherwise.",
    caution: "Equal depth and width, not equal parameters, except for styles that add only a few scalars; the table \
              has every cost. Most of these styles were proposed for networks far larger than these. With three seeds \
              the spread can be small by chance, and half a point is a few test images: consider how large a \
              difference is, not only that it is shown.",
    examine,
};

/// Metrics that a style's accuracy and costs are read from.
const COLUMNS: [Metric; 7] = [
    Metric::TestAccuracy,
    Metric::Params,
    Metric::Macs,
    Metric::TrainThroughput,
    Metric::InferThroughput,
    Metric::TrainMemory,
    Metric::InferMemory,
];

fn accuracy(run: &Run) -> Option<f64> {
    Metric::TestAccuracy.of(&run.row)
}

fn examine(evidence: &Evidence<'_>) -> Examined {
    let base = evidence.style(style::ADD);
    let base = base.models().into_iter().next().map(|(_, network)| network.values(accuracy)).unwrap_or_default();
    let conditions = conditions(evidence, &base);
    let verdict = ClaimVerdict::of_any(&conditions);
    let measures = vec![measures(evidence, &base)];
    Examined { verdict, conditions, measures, plots: vec![plot(evidence)], ..Examined::default() }
}

/// Returns those that are compared with addition: every other model that was trained.
fn others<'a>(evidence: &Evidence<'a>) -> Vec<(&'a RunRow, Evidence<'a>)> {
    evidence.task(task::TRAIN).models().into_iter().filter(|(first, _)| first.skip != style::ADD).collect()
}

fn conditions(evidence: &Evidence<'_>, base: &Values<'_>) -> Vec<Condition> {
    let others = others(evidence);
    let contrasts: Vec<_> = others.iter().map(|(_, network)| gain(network, base)).collect();
    let chances: Vec<f64> = contrasts.iter().filter_map(|contrast| contrast.and_then(|contrast| contrast.p)).collect();
    let mut corrected = stats::holm(&chances).into_iter();
    let mut conditions = Vec::new();
    for ((first, _), contrast) in others.iter().zip(contrasts) {
        let p = contrast.and_then(|contrast| contrast.p).and_then(|_| corrected.next());
        let says = format!("{} is more accurate than addition", first.model);
        let condition = Condition::above(says, Quantity::Difference, 0.0, estimate(contrast));
        conditions.push(condition.among_many(MATTERS, p));
    }
    conditions
}

/// Returns what a style gains in accuracy over addition.
fn gain(network: &Evidence<'_>, base: &Values<'_>) -> Option<Contrast> {
    let images = network.runs().iter().find_map(|run| run.row.test_total)?;
    counted_difference(&network.values(accuracy), base, images)
}

fn measures(evidence: &Evidence<'_>, base: &Values<'_>) -> Measures {
    let line = |(first, network): (&RunRow, Evidence<'_>)| {
        let gained = estimate(gain(&network, base)).filter(|_| first.skip != style::ADD);
        let mut values: Vec<Option<Estimate>> =
            COLUMNS.iter().map(|metric| network.mean(|run| metric.of(&run.row))).collect();
        values.insert(1, gained);
        MeasureRow::new(&first.model, &first.skip, values)
    };
    let mut columns: Vec<Column> =
        COLUMNS.iter().map(|metric| Column::new(metric.title(), metric.quantity())).collect();
    columns.insert(1, Column::new("against addition", Quantity::Difference));
    Measures {
        title: "Every style side by side".to_owned(),
        caption: "Means over seeds with 95 % intervals; the difference is paired by seed. MACs are for one image."
            .to_owned(),
        columns,
        lines: evidence.models().into_iter().map(line).collect(),
    }
}

/// Plots what a style gains in accuracy against its training speed.
fn plot(evidence: &Evidence<'_>) -> Plot {
    let speed = |run: &Run| Metric::TrainThroughput.of(&run.row);
    let trace = |(first, network): (&RunRow, Evidence<'_>)| {
        let point = network.mean(speed).zip(network.mean(accuracy)).map(|(speed, share)| (speed.value, share));
        Trace { name: first.model.clone(), skip: first.skip.clone(), points: point.into_iter().collect() }
    };
    Plot {
        name: "accuracy".to_owned(),
        title: "Accuracy against training speed".to_owned(),
        caption: "Means over seeds, accuracy with its 95 % interval.".to_owned(),
        drawn: PlotKind::Marks,
        x: PlotAxis::log("training images/s", Quantity::Rate),
        y: PlotAxis::linear(Metric::TestAccuracy.title(), Metric::TestAccuracy.quantity()),
        traces: evidence.models().into_iter().map(trace).collect(),
    }
}
