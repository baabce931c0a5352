//! "Concatenation costs more memory."
//!
//! Huang et al. 2016, arXiv:1608.06993, and Pleiss et al. 2017, arXiv:1707.06990: written as it reads, a dense block keeps memory
//! that grows with the square of its depth, "an artifact of implementation", which recomputing makes linear. Peaks repeat exactly
//! on one thread, so that repetitions say nothing: the intervals are over networks of different depths.

use std::collections::BTreeMap;

use super::condition::{Condition, Verdict, estimate};
use super::evidence::{Evidence, STYLES};
use super::measure::{Along, Column, Drawn, Line, Measures, Plot, Quantity, Trace};
use super::{Claim, Examined};
use crate::metric::Metric;
use crate::paired::{self, Contrast};
use crate::record::RunRow;
use crate::scaling::{Curve, curves};
use crate::stats::{self, Estimate};
use crate::store::Run;

pub(super) const CLAIM: Claim = Claim {
    name: "memory",
    sentence: "Concatenation costs more memory than addition, and the more the deeper the network.",
    rule: "The controlled backbone with everything kept for the backward pass. Supported: over pairs of different depths, peak training memory with \
           concatenation over that with addition is above 1 at matched parameters and at matched MACs; and its exponent with \
           depth, at a fixed growth, is above addition's. Not supported: an interval says the opposite of one of these.",
    caution: "Here a dense block is written as it reads: every concatenation makes a new tensor that is kept. The table shows what \
              recomputing in the backward pass takes away. Heap of the CPU's process, which on a GPU is another matter.",
    examine,
};

const METRICS: [(Metric, &str); 3] = [
    (Metric::TrainMemory, "train peak"),
    (Metric::InferMemory, "infer peak"),
    (Metric::SavedMemory, "kept for backward"),
];

/// Ways of keeping the forward pass, by what a recipe says.
const KEEPING: [(&str, &str); 3] = [
    ("everything kept", ""),
    ("balanced checkpointing", "\"checkpointing\":\"balanced\""),
    ("joins recomputed", "\"memory\":\"recompute\""),
];

/// How a recipe keeps what the backward pass needs.
fn keeping(recipe: &str) -> &'static str {
    let fits = |(_, mark): &&(&str, &str)| !mark.is_empty() && recipe.contains(mark);
    KEEPING.iter().find(fits).unwrap_or(&KEEPING[0]).0
}

fn examine(evidence: &Evidence<'_>) -> Examined {
    let kept = KEEPING[0].0;
    let matched = evidence.only(|row| row.sweep.is_empty());
    let swept: Vec<Run> = evidence.only(|row| row.sweep == "depth").runs().iter().map(|run| (*run).clone()).collect();
    let curves = curves(&swept);
    let more = |budget| estimate(against_addition(&matched, kept, budget, Metric::TrainMemory));
    let conditions = vec![
        Condition::above("it takes more than addition at matched parameters", Quantity::Ratio, 1.0, more("params")),
        Condition::above("it takes more than addition at matched MACs", Quantity::Ratio, 1.0, more("macs")),
        Condition::above(
            "its exponent with depth is above addition's",
            Quantity::Number,
            0.0,
            steeper(exponent(&curves, &swept, "concat", kept), exponent(&curves, &swept, "add", kept)),
        ),
    ];
    let measures = vec![ratios(&matched), exponents(&curves, &swept)];
    Examined { verdict: Verdict::of_all(&conditions), conditions, measures, plots: plots(evidence) }
}

/// The ratio of concatenation to addition over matched groups, each of another depth.
fn against_addition(matched: &Evidence<'_>, kept: &str, budget: &str, metric: Metric) -> Option<Contrast> {
    let own = matched.only(|row| row.budget == budget && keeping(&row.recipe) == kept);
    let mut groups: BTreeMap<(&str, &str), [Vec<f64>; 2]> = BTreeMap::new();
    for row in own.runs().iter().map(|run| &run.row) {
        let place = match row.skip.as_str() {
            "concat" => 0,
            "add" => 1,
            _ => continue,
        };
        groups.entry((&row.group, &row.recipe)).or_default()[place].extend(metric.of(row));
    }
    let pair = |[concat, add]: &[Vec<f64>; 2]| Some((stats::mean(concat)?, stats::mean(add)?));
    paired::ratio(&groups.values().filter_map(pair).collect::<Vec<(f64, f64)>>())
}

/// The exponent of a style's peak with depth.
fn exponent(curves: &[Curve], swept: &[Run], skip: &str, kept: &str) -> Option<Estimate> {
    let own = |curve: &&Curve| {
        curve.skip == skip && curve.metric == Metric::TrainMemory && kept_along(curve, swept) == Some(kept)
    };
    curves.iter().find(own)?.exponent
}

/// How the rows of a curve keep what the backward pass needs: groups have one recipe.
fn kept_along(curve: &Curve, swept: &[Run]) -> Option<&'static str> {
    swept.iter().find(|run| run.row.group == curve.group).map(|run| keeping(&run.row.recipe))
}

/// The difference of two exponents. Its interval reaches from the least to the most that the ends of theirs allow.
fn steeper(one: Option<Estimate>, other: Option<Estimate>) -> Option<Estimate> {
    let (one, other) = (one?, other?);
    let (low, high) = (one.low.zip(other.high), one.high.zip(other.low));
    let less = |(one, other): (f64, f64)| one - other;
    Some(Estimate { n: one.n.min(other.n), value: one.value - other.value, low: low.map(less), high: high.map(less) })
}

fn columns() -> impl Iterator<Item = &'static str> {
    METRICS.iter().map(|(_, title)| *title)
}

fn ratios(matched: &Evidence<'_>) -> Measures {
    let mut lines = Vec::new();
    for (kept, _) in KEEPING {
        for (budget, word) in [("params", "parameters"), ("macs", "MACs")] {
            let of = |(metric, _): &(Metric, &str)| estimate(against_addition(matched, kept, budget, *metric));
            let values: Vec<Option<Estimate>> = METRICS.iter().map(of).collect();
            if values.iter().any(Option::is_some) {
                lines.push(Line::new(format!("matched in {word}, {kept}"), "concat", values));
            }
        }
    }
    Measures {
        title: "Memory of concatenation over that of addition".to_owned(),
        caption: "Geometric means over networks of different depths, with 95 % intervals over those.".to_owned(),
        columns: columns().map(|title| Column::new(title, Quantity::Ratio)).collect(),
        lines,
    }
}

fn exponents(curves: &[Curve], swept: &[Run]) -> Measures {
    let mut lines = Vec::new();
    for own in curves.chunk_by(|a, b| (&a.group, &a.line) == (&b.group, &b.line)) {
        let of = |(metric, _): &(Metric, &str)| own.iter().find(|curve| curve.metric == *metric)?.exponent;
        let kept = kept_along(&own[0], swept).unwrap_or_default();
        lines.push(Line::new(format!("{}, {kept}", own[0].line), &own[0].skip, METRICS.iter().map(of).collect()));
    }
    lines.sort_by_key(|line| STYLES.iter().position(|style| *style == line.skip));
    Measures {
        title: "Exponents of memory with depth".to_owned(),
        caption: "b of memory = a · depthᵇ at a fixed width and growth, with Student's 95 % interval over the depths."
            .to_owned(),
        columns: columns().map(|title| Column::new(title, Quantity::Number)).collect(),
        lines,
    }
}

fn plots(evidence: &Evidence<'_>) -> Vec<Plot> {
    let plot = |sweep: &'static str, x: &'static str| {
        let own = evidence.only(|row| row.sweep == sweep && row.task == "peak-memory-train");
        let traces: Vec<Trace> = STYLES.iter().flat_map(|style| traces(&own.style(style), style)).collect();
        (!traces.is_empty()).then(|| Plot {
            name: sweep.to_owned(),
            title: format!("Peak training memory against {x}"),
            caption: "Both axes are logarithmic: the slope of a straight line is its exponent.".to_owned(),
            drawn: Drawn::Lines,
            x: Along::log(x, Quantity::Number),
            y: Along::log("peak", Quantity::Bytes),
            traces,
        })
    };
    [plot("depth", "depth"), plot("growth", "growth")].into_iter().flatten().collect()
}

/// A line for each way of keeping.
fn traces(own: &Evidence<'_>, style: &str) -> Vec<Trace> {
    let trace = |kept: &'static str| {
        let kept_so = own.only(|row| keeping(&row.recipe) == kept);
        let mut values: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for row in kept_so.runs().iter().map(|run| &run.row) {
            let Some(value) = row.sweep_value else { continue };
            values.entry(value).or_default().extend(peak(row));
        }
        let point = |(at, peaks): (u64, Vec<f64>)| Some((at as f64, stats::mean_interval(&peaks)?));
        let points: Vec<(f64, Estimate)> = values.into_iter().filter_map(point).collect();
        (!points.is_empty()).then(|| Trace { name: format!("{style}, {kept}"), skip: style.to_owned(), points })
    };
    KEEPING.iter().filter_map(|(kept, _)| trace(kept)).collect()
}

fn peak(row: &RunRow) -> Option<f64> {
    Metric::TrainMemory.of(row)
}
