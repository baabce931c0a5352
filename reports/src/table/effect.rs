//! Formats what is said of one metric of a member against the reference.

use super::number::{format_fine_ratio, format_points, format_ratio};
use crate::analyses::compare::{ComparedMetric, ComparisonVerdict};
use crate::analyses::quantity::{Quantity, format_number_of};
use crate::stats::paired::Contrast;

/// Formats the lines below a value: the difference or ratio, and what may be said of it.
pub(crate) fn format_effect_lines(entry: &ComparedMetric) -> Vec<String> {
    let Some(contrast) = entry.judged() else { return Vec::new() };
    let said = match entry.verdict {
        ComparisonVerdict::Reference => return Vec::new(),
        ComparisonVerdict::Exact => Vec::new(),
        ComparisonVerdict::Higher => describe_speed(entry, true),
        ComparisonVerdict::Lower => describe_speed(entry, false),
        ComparisonVerdict::NoDifferenceShown | ComparisonVerdict::NotAfterCorrection if entry.is_within_margin() => {
            vec![SMALL.to_owned()]
        }
        ComparisonVerdict::NoDifferenceShown => describe_nothing_shown(entry, contrast),
        ComparisonVerdict::WithinNoise => vec!["could be noise".to_owned()],
        ComparisonVerdict::NotAfterCorrection => vec!["could be chance".to_owned()],
        ComparisonVerdict::TooFewPairs => {
            let noun = if entry.turns { "set" } else { "repeat" };
            vec![format!("{}: no interval", format_number_of(contrast.estimate.n, noun))]
        }
    };
    std::iter::once(format_contrast(entry, contrast)).chain(said).collect()
}

fn format_contrast(entry: &ComparedMetric, contrast: &Contrast) -> String {
    match (entry.metric.is_share(), entry.turns) {
        (true, _) => format_points(&contrast.estimate),
        (_, true) => format_fine_ratio(&contrast.estimate),
        _ => format_ratio(&contrast.estimate),
    }
}

/// Words for a ratio of turns whose whole interval is within the margin.
pub(super) const SMALL: &str = "no difference above 1 %";

/// Describes times and speeds in words, because more of one is less of the other.
fn describe_speed(entry: &ComparedMetric, higher: bool) -> Vec<String> {
    let faster = match entry.metric.quantity() {
        Quantity::Rate => higher,
        Quantity::Milliseconds | Quantity::Seconds => !higher,
        _ => return Vec::new(),
    };
    let word = if faster { "faster" } else { "slower" };
    vec![if entry.is_within_margin() { format!("{word} by less than 1 %") } else { word.to_owned() }]
}

/// Describes that nothing was shown, with the smallest difference that would have been, if the repeats are enough to
/// say it. For what repeats exactly that difference is nothing, and is not written.
fn describe_nothing_shown(entry: &ComparedMetric, contrast: &Contrast) -> Vec<String> {
    let unit = if entry.metric.is_share() { "points" } else { "%" };
    let noun = if entry.turns { "sets" } else { "repeats" };
    let could = match contrast.detectable.map(|least| format!("{:.1}", least * 100.0)) {
        Some(least) => (least != "0.0").then(|| format!("could have detected {least} {unit}")),
        None => Some(format!("too few {noun} to detect one")),
    };
    std::iter::once("no difference shown".to_owned()).chain(could).collect()
}
