//! Formats matched groups: each member's values and, below each, the ratio to the reference with its interval.

use super::effect::format_effect_lines;
use super::format::{Format, bullet};
use super::legend::legend;
use super::plain::format_sentence;
use super::provenance::format_origins;
use super::remarks::format_remarks;
use super::text_table::TextTable;
use crate::analyses::compare::{ComparedMember, ComparedMetric, Comparison};
use crate::analyses::distinguish::format_distinction;
use crate::analyses::group::{Identity, Origin};
use crate::analyses::metric::Metric;

use super::number::format_metric;

/// Formats one table per group: each member's values and, below each, the ratio to the reference with its interval.
pub fn format_comparisons(comparisons: &[Comparison], format: Format) -> String {
    let mut text: String = comparisons.iter().map(|comparison| format_group(comparison, format)).collect();
    text.extend(legend(comparisons).into_iter().map(|line| line.to_owned() + "\n"));
    let mut seen: Vec<(String, Origin)> = Vec::new();
    for Identity { device, origin, .. } in comparisons.iter().map(|comparison| &comparison.identity) {
        let origin = (device.clone(), origin.clone());
        if !seen.contains(&origin) {
            seen.push(origin);
        }
    }
    text + &format_origins(&seen, format)
}

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

/// Tabulates one group.
pub fn comparison(comparison: &Comparison) -> TextTable {
    let metrics: Vec<Metric> = Metric::COMPARED.into_iter().filter(|metric| measured(comparison, *metric)).collect();
    let titles = ["model", "skip", "repeats"].into_iter().map(str::to_owned);
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

/// Formats a heading unlike that of any group that was measured otherwise.
fn format_heading(Comparison { identity, distinction, .. }: &Comparison) -> String {
    let matched = match identity.budget.as_str() {
        "" => "not matched".to_owned(),
        budget => format!("matched in {budget}"),
    };
    let Identity { group, data, device, reference, .. } = identity;
    format!("{group}: {data} on {device}, {matched}, compared with {reference}{}", format_distinction(distinction))
}

/// Formats the replicates behind the line, with a range where metrics differ, and the sets behind its times: `3, 5
/// sets`.
fn format_replicates(member: &ComparedMember) -> String {
    let (sets, alone): (Vec<&ComparedMetric>, Vec<&ComparedMetric>) =
        member.entries.iter().partition(|entry| entry.sets > 0);
    let counts = [
        format_range(&alone),
        format_range(&sets).map(|range| if range == "1" { "1 set".to_owned() } else { format!("{range} sets") }),
    ];
    counts.into_iter().flatten().collect::<Vec<String>>().join(", ")
}

fn format_range(entries: &[&ComparedMetric]) -> Option<String> {
    let counts = entries.iter().map(|entry| entry.value.n);
    let (low, high) = (counts.clone().min()?, counts.max()?);
    Some(if low < high { format!("{low}–{high}") } else { low.to_string() })
}

fn measured(comparison: &Comparison, metric: Metric) -> bool {
    comparison.members.iter().any(|member| member.entry(metric).is_some())
}

fn format_value(member: &ComparedMember, metric: Metric) -> String {
    let Some(entry) = member.entry(metric) else { return String::new() };
    let mut lines = vec![format_metric(metric, &entry.value)];
    lines.extend(format_effect_lines(entry));
    lines.join("\n")
}
