//! "Concatenation costs more memory."
//!
//! The sources are Huang et al. 2016, arXiv:1608.06993, and Pleiss et al. 2017, arXiv:1707.06990. In a straightforward
//! implementation a dense block keeps memory that grows with the square of its depth, "an artifact of implementation",
//! which recomputing makes linear. Peaks repeat exactly on one thread, where repetitions say nothing. The intervals are
//! therefore over networks of different depths, or widths.

mod course;
mod growth;
mod keeping;

use std::collections::BTreeMap;

use self::course::{Course, DEPTHS, WIDTHS};
use self::keeping::{KEEPING, METRICS, columns, keeping};
use super::claim::{Claim, Examined};
use super::condition::{ClaimVerdict, Condition, estimate};
use super::evidence::Evidence;
use super::measure::{Column, MeasureRow, Measures};
use crate::analyses::metric::Metric;
use crate::analyses::quantity::Quantity;
use crate::rows::style;
use crate::stats::paired::{self, Contrast};
use crate::stats::{self, Estimate};

pub(super) const CLAIM: Claim = Claim {
    name: "memory",
    sentence: "Concatenation costs more memory than addition, and more so the deeper the network.",
    rule: "The controlled backbone with everything kept for the backward pass. Supported: over pairs of different depths, peak training memory with \
           concatenation over that with addition is above 1 at matched parameters and at matched MACs; and its exponent with \
           depth, at a fixed growth, is above addition's. Not supported: an interval says the opposite of one of these.",
    caution: "Here a dense block is implemented directly: every concatenation makes a new tensor that is kept. The \
              tables show what recomputing in the backward pass saves, which decides nothing. The numbers are heap \
              bytes of the CPU's process; a GPU may differ.",
    examine,
};

fn examine(evidence: &Evidence<'_>) -> Examined {
    let kept = KEEPING[0].0;
    let [params, macs] = DEPTHS.map(|course| estimate(against_addition(evidence, &course, kept, Metric::TrainMemory)));
    let steep = |style| growth::by_depth(evidence, style, kept);
    let conditions = vec![
        Condition::above("it takes more than addition at matched parameters", Quantity::Ratio, 1.0, params),
        Condition::above("it takes more than addition at matched MACs", Quantity::Ratio, 1.0, macs),
        Condition::above(
            "its exponent with depth is above addition's",
            Quantity::Number,
            0.0,
            growth::steeper(steep(style::CONCAT), steep(style::ADD)),
        ),
    ];
    let measures = vec![ratios(evidence), growth::exponents(evidence), growth::taken_away(evidence)];
    let (verdict, plots) = (ClaimVerdict::of_all(&conditions), growth::plots(evidence));
    Examined { verdict, conditions, measures, plots, ..Examined::default() }
}

/// Returns the ratio of concatenation to addition over the matched groups of a course, each of another depth or width.
fn against_addition(evidence: &Evidence<'_>, course: &Course, kept: &str, metric: Metric) -> Option<Contrast> {
    let matched = course.of(evidence).only(|row| keeping(&row.recipe) == kept);
    let mut groups: BTreeMap<(&str, &str), [Vec<f64>; 2]> = BTreeMap::new();
    for row in matched.runs().iter().map(|run| &run.row) {
        let place = match row.skip.as_str() {
            style::CONCAT => 0,
            style::ADD => 1,
            _ => continue,
        };
        groups.entry((&row.group, &row.recipe)).or_default()[place].extend(metric.of(row));
    }
    let pair = |[concat, add]: &[Vec<f64>; 2]| Some((stats::mean(concat)?, stats::mean(add)?));
    paired::ratio(&groups.values().filter_map(pair).collect::<Vec<(f64, f64)>>())
}

fn ratios(evidence: &Evidence<'_>) -> Measures {
    let mut lines = Vec::new();
    for course in DEPTHS.iter().chain(&WIDTHS) {
        for (kept, _) in KEEPING {
            let of = |metric| estimate(against_addition(evidence, course, kept, metric));
            let values: Vec<Option<Estimate>> = METRICS.into_iter().map(of).collect();
            // One pair is no course.
            if values.iter().flatten().any(|value| value.n > 1) {
                lines.push(MeasureRow::new(format!("{}, {kept}", course.title), style::CONCAT, values));
            }
        }
    }
    Measures {
        title: "Memory of concatenation over that of addition".to_owned(),
        caption: "Geometric means over pairs of different depths, or of different widths at one depth, with 95 % \
                  intervals over those. The pairs of different depths with everything kept decide."
            .to_owned(),
        columns: columns().map(|title| Column::new(title, Quantity::Ratio)).collect(),
        lines,
    }
}
