//! Plots as data: what is drawn, in the units in which it is read. Nothing is drawn here.

mod claims;
mod data;
mod growth;
mod pareto;
mod phases;
mod roofline;
mod training;

use crate::report::Report;

pub use data::{Axis, Figure, Kind, Mark, Point, Scale, Series};

/// What the ids of a claim's figures begin with.
pub(crate) fn format_claim_prefix(claim: &str) -> String {
    claims::format_id_prefix(claim)
}

/// Every figure that the rows have data for, in the order of a report; no two with one name.
pub fn figures(report: &Report) -> Vec<Figure> {
    let mut figures: Vec<Figure> = report.frontiers.iter().map(pareto::pareto).collect();
    figures.extend(training::training(report));
    figures.extend(growth::growth(report));
    figures.extend(phases::phases(report));
    figures.extend(roofline::roofline(report));
    figures.extend(claims::claims(&report.claims));
    number_alike(&mut figures);
    figures
}

/// Figures of two settings, such as two machines, have one name; all but the first get a number.
fn number_alike(figures: &mut [Figure]) {
    let mut seen = std::collections::HashMap::<String, usize>::new();
    for figure in figures {
        let count = seen.entry(figure.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            figure.id.push_str(&format!("-{count}"));
        }
    }
}
