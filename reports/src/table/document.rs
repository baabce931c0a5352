//! Formats the whole report as Markdown, and its sections for documents that hold some of them between markers.

use super::answer::{describe_answers, effects, format_answers};
use super::claims::format_claims;
use super::comparison::format_comparisons;
use super::format::Format;
use super::frontier::frontier;
use super::lineup::lineup;
use super::plain::{format_line, format_sentence};
use super::provenance::{format_notes, format_origins};
use super::published::published;
use super::rank::rankings;
use super::roofline::roofs;
use super::scaling::curves;
use super::text_table::{TextTable, wrap};
use std::fmt::Display;

use crate::report::Report;
use crate::rows::record::{RunRow, Status};

/// A section of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The answer in plain words.
    Answer,
    /// The answer as a table, as a terminal shows it.
    Effects,
    /// The answer in numbers, with their intervals.
    Numbers,
    /// The networks side by side.
    Networks,
    /// What is said about skip connections, judged.
    Claims,
    /// Matched pairs.
    Comparison,
    /// What papers measured.
    Published,
    /// Accuracy against costs.
    Frontier,
    /// Skip styles over all groups.
    Rank,
    /// Curves along sweeps.
    Growth,
    /// Times against ceilings.
    Roofline,
    /// What to know before believing it.
    Notes,
    /// Origin of the numbers.
    Provenance,
}

impl Section {
    /// Lists every section, in the order of a report.
    pub const ALL: [Section; 13] = [
        Section::Answer,
        Section::Effects,
        Section::Numbers,
        Section::Networks,
        Section::Claims,
        Section::Comparison,
        Section::Published,
        Section::Frontier,
        Section::Rank,
        Section::Growth,
        Section::Roofline,
        Section::Notes,
        Section::Provenance,
    ];

    /// Returns its name in a marker.
    pub fn word(self) -> &'static str {
        match self {
            Section::Answer => "answer",
            Section::Effects => "effects",
            Section::Numbers => "numbers",
            Section::Networks => "networks",
            Section::Claims => "claims",
            Section::Comparison => "comparison",
            Section::Published => "published",
            Section::Frontier => "frontier",
            Section::Rank => "rank",
            Section::Growth => "growth",
            Section::Roofline => "roofline",
            Section::Notes => "notes",
            Section::Provenance => "provenance",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Section::Answer => "What a skip connection buys and costs",
            Section::Effects => "Group by group",
            Section::Numbers => "In numbers",
            Section::Networks => "Network by network",
            Section::Claims => "Claims",
            Section::Comparison => "Matched groups",
            Section::Published => "Beside what was published",
            Section::Frontier => "Accuracy against costs",
            Section::Rank => "Overall ranking",
            Section::Growth => "Growth",
            Section::Roofline => "Roofline",
            Section::Notes => "Before believing it",
            Section::Provenance => "Where it comes from",
        }
    }
}

/// Formats the report as a Markdown document: every section that has something to say.
pub fn format_document(report: &Report) -> String {
    let mut text = "# skipbench report\n".to_owned();
    for part in Section::ALL {
        let body = format_section(report, part);
        if !body.is_empty() {
            text.push_str(&format!("\n## {}\n\n{}\n", part.title(), body.trim()));
        }
    }
    text
}

/// Formats one section in Markdown. It is empty where there is nothing to say.
pub fn format_section(report: &Report, section: Section) -> String {
    let tables =
        |tables: Vec<TextTable>| tables.iter().map(|table| table.format_titled(Format::Markdown)).collect::<String>();
    let unless = |empty: bool, table: TextTable| if empty { Vec::new() } else { vec![table] };
    match section {
        Section::Answer => format_words(report, Format::Markdown),
        Section::Effects if report.answers.is_empty() => String::new(),
        Section::Effects => fence(&effects(&report.answers).format_titled(Format::Terminal)),
        Section::Numbers => format_list(format_answers(&report.answers, Format::Markdown)),
        Section::Networks if report.lineup.is_empty() => String::new(),
        Section::Networks => lineup(&report.lineup).format(Format::Markdown),
        Section::Claims if report.claims.is_empty() => String::new(),
        Section::Claims => format_claims(&report.claims, Format::Markdown),
        Section::Comparison if report.comparisons.is_empty() => String::new(),
        Section::Comparison => format_comparisons(&report.comparisons, Format::Markdown),
        Section::Published => tables(unless(report.published.is_empty(), published(&report.published))),
        Section::Frontier => tables(report.frontiers.iter().map(frontier).collect()),
        Section::Rank => tables(unless(report.rankings.is_empty(), rankings(&report.rankings))),
        Section::Growth => tables(unless(report.curves.is_empty(), curves(&report.curves))),
        Section::Roofline => tables(unless(report.roofs.is_empty(), roofs(&report.roofs))),
        Section::Notes => format_notes(&report.notes, Format::Markdown),
        Section::Provenance => format_list(format_origins(&report.origins, Format::Markdown).lines()),
    }
}

/// Formats the end of `run`: the answer as a table and in words.
pub fn format_conclusion(report: &Report, format: Format) -> String {
    if report.answers.is_empty() {
        return String::new();
    }
    format!("{}{}\n\n", effects(&report.answers).format_titled(format), format_words(report, format))
}

/// Formats the answer in plain words, as one paragraph.
fn format_words(report: &Report, format: Format) -> String {
    let words = format_sentence(&describe_answers(&report.answers).join(" "), format);
    let Format::Columns(columns) = format else { return words };
    wrap(&words, usize::from(columns)).trim_end().replace("\n  ", "\n")
}

/// Formats a block of code, whose fence is longer than any within.
fn fence(text: &str) -> String {
    let within = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(within + 1));
    let lines: String = text.trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect();
    format!("{fence}text\n{lines}{fence}\n")
}

fn format_list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| format!("- {item}\n")).collect()
}

/// Returns `model, task, seed: why` for every cell that was not measured.
pub fn format_failures(report: &Report) -> Vec<String> {
    let rows = report.runs.iter().map(|run| &run.row).filter(|row| row.status != Status::Ok);
    rows.map(|RunRow { model, task, seed, error, .. }| format_line(&format!("{model}, {task}, seed {seed}: {error}")))
        .collect()
}
