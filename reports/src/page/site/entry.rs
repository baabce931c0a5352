//! Lists every number of a report as a line of one table. Those of groups have their comparison with the reference;
//! those of sweeps are alone.

use std::collections::HashMap;

use crate::analyses::compare::{ComparedMember, ComparedMetric, Comparison};
use crate::analyses::group::{Identity, Origin};
use crate::analyses::scaling::Curve;
use crate::report::Report;
use crate::stats::Estimate;
use crate::table::{format_effect_lines, format_metric};

use super::super::data::{Cell, Row};

/// Columns of words.
pub(super) const WORDS: [&str; 8] = ["model", "style", "metric", "family", "data", "suite", "machine", "group"];

/// Columns of numbers.
const NUMBERS: [&str; 3] = ["value", "against the group's reference", "repeats"];

/// How many columns of words, and after them of numbers, come first. They are what a narrow screen shows.
const FIRST: (usize, usize) = (3, 2);

/// Returns the titles of all columns.
pub(super) fn columns() -> Vec<&'static str> {
    in_order(WORDS.to_vec(), NUMBERS.to_vec())
}

/// Returns whether a column holds numbers.
pub(super) fn is_number(column: usize) -> bool {
    columns().get(column).is_some_and(|title| NUMBERS.contains(title))
}

/// Orders what is in the columns of words and of numbers, from left to right.
fn in_order<T>(words: Vec<T>, numbers: Vec<T>) -> Vec<T> {
    let (mut words, mut numbers) = (words.into_iter(), numbers.into_iter());
    let mut all: Vec<T> = words.by_ref().take(FIRST.0).collect();
    all.extend(numbers.by_ref().take(FIRST.1));
    all.extend(words);
    all.extend(numbers);
    all
}

/// One number of the table.
pub(super) struct Entry {
    /// Content of the columns of words.
    pub(super) words: [String; WORDS.len()],
    numbers: [Cell; NUMBERS.len()],
}

impl Entry {
    /// Turns it into a line of the table.
    pub(super) fn into_row(self) -> Row {
        let words = self.words.iter().map(|word| Cell::words(word)).collect();
        Row { cells: in_order(words, self.numbers.into()), ..Row::default() }
    }
}

/// Returns every number, group by group, then sweep by sweep.
pub(super) fn entries(report: &Report) -> Vec<Entry> {
    let names: HashMap<&str, &Origin> =
        report.origins.iter().map(|(_, origin)| (origin.host.as_str(), origin)).collect();
    let compared = report.comparisons.iter().flat_map(of_comparison);
    compared.chain(report.curves.iter().flat_map(|curve| of_curve(curve, &names))).collect()
}

fn of_comparison(comparison: &Comparison) -> Vec<Entry> {
    let members = comparison.members.iter();
    let of = |member| -> Vec<Entry> { entries_of(comparison, member).collect() };
    members.flat_map(of).collect()
}

fn entries_of<'a>(comparison: &'a Comparison, member: &'a ComparedMember) -> impl Iterator<Item = Entry> + 'a {
    member.entries.iter().map(|entry| of_entry(comparison, member, entry))
}

fn of_entry(comparison: &Comparison, member: &ComparedMember, entry: &ComparedMetric) -> Entry {
    let (identity, ComparedMember { model, skip, family, .. }) = (&comparison.identity, member);
    let machine = format_machine(&identity.device, &identity.origin.host, Some(&identity.origin));
    let (metric, value) = (entry.metric, entry.value);
    let against = entry.judged().map(|contrast| contrast.estimate);
    let Identity { data, suite, group, .. } = identity;
    let words = [model, skip, metric.title(), family, data, suite, &machine, group];
    let effect = format_effect_lines(entry).join("\n");
    Entry {
        words: words.map(str::to_owned),
        numbers: [
            Cell::number(format_metric(metric, &value), value),
            against.filter(|_| !effect.is_empty()).map_or(Cell::words(""), |against| Cell::number(effect, against)),
            count(value.n),
        ],
    }
}

/// Returns an entry for each point of a sweep.
fn of_curve(curve: &Curve, names: &HashMap<&str, &Origin>) -> Vec<Entry> {
    let Curve { suite, group, setting, sweep, line, family, skip, metric, points, .. } = curve;
    let machine = format_machine(&setting.device, &setting.host, names.get(setting.host.as_str()).copied());
    let entry = |(at, value): &(f64, f64)| {
        let value = Estimate { n: 1, value: *value, low: None, high: None };
        let model = format!("{line}, {} {at}", sweep.replace('_', " "));
        let words = [&model, skip, metric.title(), family, &setting.data, suite, &machine, group];
        Entry {
            words: words.map(str::to_owned),
            numbers: [Cell::number(format_metric(*metric, &value), value), Cell::words(""), Cell::words("")],
        }
    };
    points.iter().map(entry).collect()
}

fn count(n: usize) -> Cell {
    Cell::number(n.to_string(), Estimate { n, value: n as f64, low: None, high: None })
}

/// Formats `AMD EPYC, flex, 3c5c83b9e780`.
fn format_machine(device: &str, host: &str, origin: Option<&Origin>) -> String {
    let name = origin.map_or("", |origin| origin.device_name.as_str());
    [name, device, host].into_iter().filter(|word| !word.is_empty()).collect::<Vec<&str>>().join(", ")
}
