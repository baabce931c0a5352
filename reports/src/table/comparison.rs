//! Matched groups: each member's values and, below each, the ratio to the reference with its interval.

use super::format::{Format, bullet};
use super::plain::{format_line, format_sentence};
use super::provenance::format_origins;
use super::text_table::TextTable;
use crate::analyses::compare::{ComparedMember, ComparedMetric, Comparison, ComparisonVerdict};
use crate::analyses::distinguish::format_distinction;
use crate::analyses::group::{Identity, Origin};
use crate::analyses::metric::Metric;
use crate::stats::Estimate;
use crate::stats::paired::Contrast;

use super::number::{format_metric, format_points, format_ratio};

/// The columns; `comparison.csv` holds the rest.
const COLUMNS: [Metric; 11] = [
    Metric::TestAccuracy,
    Metric::TrainThroughput,
    Metric::EpochThroughput,
    Metric::TimeToAccuracy,
    Metric::InferThroughput,
    Metric::Latency,
    Metric::LatencyTail,
    Metric::TrainMemory,
    Metric::InferMemory,
    Metric::Params,
    Metric::Macs,
];

/// One table a group: each member's values and, below each, the ratio to the reference with its interval.
pub fn format_comparisons(comparisons: &[Comparison], format: Format) -> String {
    let mut text: String = comparisons.iter().map(|comparison| format_group(comparison, format)).collect();
    text.push_str(LEGEND);
    text.push('\n');
    let mut seen: Vec<(String, Origin)> = Vec::new();
    for Identity { device, origin, .. } in comparisons.iter().map(|comparison| &comparison.identity) {
        let origin = (device.clone(), origin.clone());
        if !seen.contains(&origin) {
            seen.push(origin);
        }
    }
    text + &format_origins(&seen, format)
}

/// How to read the tables of groups.
pub(crate) const LEGEND: &str = "Means over seeds and rounds; ± is a 95 % Student interval. Below: accuracy's difference in points, and × the \
                      ratio of all else, to the first line, pair by pair, [ ] its 95 % interval (bootstrap-t from six pairs \
                      on, else Student's). \"no difference shown\": the interval includes none (\"from 1.5 on\": what so many \
                      pairs would have shown in four cases of five); \"within the noise\": below what the reference shows \
                      against itself; \"not after Holm's correction\": by itself it would be, but among all that the group \
                      compares such a one is no surprise (5 %). MACs are for one image.";

fn format_group(comparison: &Comparison, format: Format) -> String {
    let table = self::comparison(comparison);
    let remarks: String = format_remarks(comparison)
        .iter()
        .map(|line| format!("{}{}\n", bullet(format), format_sentence(line, format)))
        .collect();
    let (bold, gap) = if format == Format::Markdown { ("**", "\n") } else { ("", "") };
    let name = format_sentence(&comparison.identity.group, format);
    let title = format_sentence(&table.title, format).replacen(&name, &format!("{bold}{name}{bold}"), 1);
    format!("{title}\n{gap}{}\n{remarks}\n", table.format(format).trim_end())
}

/// One group's table.
pub fn comparison(comparison: &Comparison) -> TextTable {
    let metrics: Vec<Metric> = COLUMNS.into_iter().filter(|metric| measured(comparison, *metric)).collect();
    let titles = ["model", "skip", "n"].into_iter().map(str::to_owned);
    let line = |member: &ComparedMember| {
        let names = [member.model.clone(), member.skip.clone(), format_replicates(member)];
        names.into_iter().chain(metrics.iter().map(|metric| format_value(member, *metric))).collect()
    };
    TextTable {
        id: format!("compare-{}", comparison.identity.group),
        title: format_heading(comparison),
        caption: String::new(),
        header: titles.chain(metrics.iter().map(|metric| metric.title().to_owned())).collect(),
        rows: comparison.members.iter().map(line).collect(),
        left: 2,
    }
}

/// Unlike that of any other that was measured otherwise.
fn format_heading(Comparison { identity, distinction, .. }: &Comparison) -> String {
    let matched = match identity.budget.as_str() {
        "" => "not matched".to_owned(),
        budget => format!("matched in {budget}"),
    };
    let Identity { group, data, device, reference, .. } = identity;
    format!("{group}: {data} on {device}, {matched}, compared with {reference}{}", format_distinction(distinction))
}

/// Replicates behind the line: one number, or from – to where metrics differ.
fn format_replicates(member: &ComparedMember) -> String {
    let counts = member.entries.iter().map(|entry| entry.value.n);
    match (counts.clone().min(), counts.max()) {
        (Some(low), Some(high)) if low < high => format!("{low}–{high}"),
        (Some(n), _) => n.to_string(),
        _ => String::new(),
    }
}

fn measured(comparison: &Comparison, metric: Metric) -> bool {
    comparison.members.iter().any(|member| member.entry(metric).is_some())
}

fn format_value(member: &ComparedMember, metric: Metric) -> String {
    let Some(entry) = member.entry(metric) else { return String::new() };
    let mut lines = vec![format_metric(metric, &entry.value)];
    lines.extend(format_ratio_lines(entry));
    lines.join("\n")
}

/// The lines below a value.
fn format_ratio_lines(entry: &ComparedMetric) -> Vec<String> {
    let Some(contrast) = entry.judged() else { return Vec::new() };
    let shown =
        if entry.metric.is_share() { format_points(&contrast.estimate) } else { format_ratio(&contrast.estimate) };
    match entry.verdict {
        ComparisonVerdict::Reference => Vec::new(),
        ComparisonVerdict::Exact | ComparisonVerdict::Higher | ComparisonVerdict::Lower => vec![shown],
        ComparisonVerdict::NoDifferenceShown => vec![shown, format_nothing_shown(entry, contrast)],
        ComparisonVerdict::WithinNoise => vec![shown, "within the noise".to_owned()],
        ComparisonVerdict::NotAfterCorrection => vec![shown, "not after Holm's correction".to_owned()],
        ComparisonVerdict::TooFewPairs => vec![shown, format!("n = {}: no interval", contrast.estimate.n)],
    }
}

/// With the smallest difference of accuracy that would have shown.
fn format_nothing_shown(entry: &ComparedMetric, contrast: &Contrast) -> String {
    match contrast.detectable.filter(|_| entry.metric.is_share()) {
        Some(least) => format!("no difference shown, from {:.1} on", least * 100.0),
        None => "no difference shown".to_owned(),
    }
}

/// What stands below a group's table: the noise floor, and cells that were not measured.
pub(crate) fn format_remarks(comparison: &Comparison) -> Vec<String> {
    let failed = |member: &ComparedMember| -> Vec<String> {
        let failures = member.failures.iter().map(|failure| {
            let (model, error) = (&member.model, format_line(&failure.error));
            format!("not measured: {model}, {}, seed {}: {error}", failure.task, failure.seed)
        });
        failures.collect()
    };
    format_noise_floor(comparison).into_iter().chain(comparison.members.iter().flat_map(failed)).collect()
}

/// What the A/A cells showed.
fn format_noise_floor(comparison: &Comparison) -> Option<String> {
    let floor = |(metric, twin): &(Metric, Estimate)| {
        let floor = comparison.noise_floor(*metric)?;
        Some(format!("{} {:.1} % (n = {})", metric.title(), floor * 100.0, twin.n))
    };
    let floors: Vec<String> = comparison.twins.iter().filter_map(floor).collect();
    let reference = &comparison.identity.reference;
    (!floors.is_empty()).then(|| format!("noise floor, {reference} against itself: {}", floors.join(", ")))
}
