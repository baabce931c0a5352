//! Builds plots as data: what is drawn, in the units in which it is read. Nothing is drawn here.

pub(crate) mod claims;
mod data;
pub(crate) mod forest;
mod growth;
mod overview;
mod pareto;
mod phases;
mod roofline;
mod training;

use std::collections::HashMap;

use crate::analyses::frontier::Frontier;
use crate::report::Report;

pub use data::{Axis, Figure, Kind, LEGEND_ONLY, Mark, Panels, Point, Scale, Series};
pub use overview::overview;

/// Returns every figure that the rows have data for, in the order of a report. No two have the same name.
pub fn figures(report: &Report) -> Vec<Figure> {
    let mut figures: Vec<Figure> =
        report.frontiers.iter().filter(|frontier| !is_matched(report, frontier)).map(pareto::pareto).collect();
    figures.extend(forest::forest(report));
    figures.extend(training::training(report));
    figures.extend(growth::growth(report));
    figures.extend(phases::phases(report));
    figures.extend(roofline::roofline(report));
    figures.extend(claims::claims(&report.claims));
    number_alike(&mut figures);
    figures
}

/// Returns whether every network of a frontier was chosen to cost the same. There is then nothing to see along that
/// axis.
fn is_matched(report: &Report, frontier: &Frontier) -> bool {
    let mut own = report.groups.iter().filter(|group| group.identity.setting() == frontier.setting).peekable();
    own.peek().is_some() && own.all(|group| group.identity.budget == frontier.cost.word())
}

/// Numbers figures of two settings, such as two machines, that have one name and title. All except the first get a
/// number.
fn number_alike(figures: &mut [Figure]) {
    let (mut ids, mut titles) = (HashMap::new(), HashMap::new());
    for Figure { id, title, .. } in figures {
        if let Some(number) = repetition(&mut ids, id) {
            id.push_str(&format!("-{number}"));
        }
        if let Some(number) = repetition(&mut titles, title) {
            title.push_str(&format!(" ({number})"));
        }
    }
}

/// Returns how often `name` has been seen, from the second time on.
fn repetition(seen: &mut HashMap<String, usize>, name: &str) -> Option<usize> {
    let count = seen.entry(name.to_owned()).or_default();
    *count += 1;
    (*count > 1).then_some(*count)
}
