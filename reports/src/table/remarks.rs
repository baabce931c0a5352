//! Formats remarks below a group's table: the noise floor, and cells that were not measured.

use super::plain::format_line;
use crate::analyses::compare::{ComparedMember, Comparison};
use crate::analyses::group::Failure;
use crate::analyses::metric::Metric;
use crate::analyses::quantity::format_number_of;
use crate::stats::Estimate;

/// Returns the remarks, one line each.
pub(crate) fn format_remarks(comparison: &Comparison) -> Vec<String> {
    format_noise_floor(comparison).into_iter().chain(comparison.members.iter().flat_map(format_failures)).collect()
}

/// Formats how far the reference could differ from itself.
fn format_noise_floor(comparison: &Comparison) -> Option<String> {
    let floor = |(metric, twin): &(Metric, Estimate)| {
        let floor = comparison.noise_floor(*metric)?;
        let noun = if comparison.was_in_sets(*metric) { "set" } else { "repeat" };
        Some(format!("{} up to {:.1} % ({})", metric.title(), floor * 100.0, format_number_of(twin.n, noun)))
    };
    let floors: Vec<String> = comparison.twins.iter().filter_map(floor).collect();
    let reference = &comparison.identity.reference;
    (!floors.is_empty()).then(|| format!("noise floor, {reference} against itself: {}", floors.join(", ")))
}

/// Returns a line for each cell. Sets that broke in the same way share one.
fn format_failures(ComparedMember { model, failures, .. }: &ComparedMember) -> Vec<String> {
    let alike =
        |a: &Failure, b: &Failure| a.set.is_some() && b.set.is_some() && (&a.task, &a.error) == (&b.task, &b.error);
    let line = |failures: &[Failure]| {
        let (task, error) = (&failures[0].task, format_line(&failures[0].error));
        format!("not measured: {model}, {task}, {}: {error}", format_repeats(failures))
    };
    failures.chunk_by(alike).map(line).collect()
}

fn format_repeats(failures: &[Failure]) -> String {
    let sets: Vec<String> = failures.iter().filter_map(|failure| failure.set).map(|set| set.to_string()).collect();
    match &sets[..] {
        [] => format!("seed {}", failures[0].seed),
        [set] => format!("set {set}"),
        _ => format!("sets {}", sets.join(", ")),
    }
}
