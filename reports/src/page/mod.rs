//! Writes the report as one HTML file that needs nothing else: no network, no font, no library.
//!
//! It only arranges. Sentences and tables come from [`table`], and plots from [`figure`](crate::figure) through
//! [`crate::chart`], so no number here can differ from the same number in Markdown or CSV.

mod choice;
mod claims;
mod data;
mod plots;
mod provenance;
mod shell;
mod site;

use maud::{Markup, html};

use crate::analyses::compare::Comparison;
use crate::analyses::quantity::format_number_of;
use crate::figure::forest::{ANSWER, COMPARISON};
use crate::figure::{Figure, figures};
use crate::report::Report;
use crate::table::{self, Format, TextTable};

use plots::plots;
use shell::{Shell, shell};

pub use site::{SITE_MARK, site};

/// Marks every page that [`page`] writes, so that nothing else is overwritten by one.
pub const PAGE_MARK: &str = "<meta name=\"generator\" content=\"skipbench report\">";

const SCRIPT: &str = include_str!("page.js");

/// A section of the page: its name in links, its title, and what it holds.
type PageSection = (&'static str, &'static str, Markup);

/// Title of the section of rankings, and of its one table.
const RANK: &str = "Overall ranking";

/// Writes the page. The same rows always give the same text.
pub fn page(report: &Report) -> String {
    let figures = figures(report);
    let sections = filled(sections(report, &figures));
    let title = format!("skipbench: {}", format_subject(report));
    shell(&Shell {
        generator: "skipbench report",
        title: &title,
        subject: &format_extent(report),
        sections: &sections,
        scripts: &[SCRIPT],
    })
}

/// Keeps the sections that have something to show.
fn filled(sections: Vec<PageSection>) -> Vec<PageSection> {
    sections.into_iter().filter(|(_, _, body)| !body.0.is_empty()).collect()
}

/// Formats what was measured, and how much of it.
fn format_extent(report: &Report) -> String {
    let cells = format_number_of(report.runs.len(), "cell");
    format!("{}, {cells}, {} not measured", format_subject(report), report.broken)
}

/// Formats what was measured, and on what: `digits on flex`.
fn format_subject(report: &Report) -> String {
    let rows = report.runs.iter().map(|run| &run.row);
    let mut subjects: Vec<String> = rows.map(|row| format!("{} on {}", row.data, row.device)).collect();
    subjects.sort();
    subjects.dedup();
    subjects.join(", ")
}

// One list of all sections, in the order of the page: to divide it would hide that order.
fn sections(report: &Report, figures: &[Figure]) -> Vec<PageSection> {
    let drawn = |beginning: &str| plots(figures.iter().filter(|figure| figure.id.starts_with(beginning)));
    let frontiers: Vec<TextTable> = report.frontiers.iter().map(table::frontier).collect();
    let unless = |empty: bool, table: TextTable| {
        if empty {
            html! {}
        } else {
            data::table_within(RANK, &table)
        }
    };
    vec![
        ("answer", "The answer", html! { (answer(report)) (drawn(ANSWER)) }),
        ("choose", "Which network to take", choice::choices(&report.groups)),
        ("claims", "Claims", claims::claims(&report.claims, figures)),
        ("notes", "Before believing it", notes(report)),
        ("ratios", "Every difference with its interval", drawn(COMPARISON)),
        ("comparison", "Matched groups", comparisons(&report.comparisons)),
        (
            "published",
            "Beside what was published",
            unless(report.published.is_empty(), table::published(&report.published)),
        ),
        (
            "frontier",
            "Accuracy against costs",
            html! { (drawn("accuracy")) @if !frontiers.is_empty() { (data::folded("Networks on the Pareto frontier", &frontiers)) } },
        ),
        ("training", "Training", drawn("training")),
        (
            "growth",
            "How memory and time grow",
            html! { (drawn("growth")) (unless(report.curves.is_empty(), table::curves(&report.curves))) },
        ),
        ("parts", "Where the time goes", drawn("parts")),
        (
            "roofline",
            "Roofline",
            html! { (drawn("roofline")) (unless(report.roofs.is_empty(), table::roofs(&report.roofs))) },
        ),
        ("rank", RANK, unless(report.rankings.is_empty(), table::rankings(&report.rankings))),
        ("failures", "Not measured", list(&table::format_failures(report))),
        ("reproduce", "Reproduce it", provenance::commands(report)),
        ("rows", "Every row", provenance::rows(report)),
    ]
}

fn answer(report: &Report) -> Markup {
    let words = table::describe_answers(&report.answers);
    html! {
        @for sentence in &words { p.sentence { (sentence) } }
        @for sentence in table::format_answers(&report.answers, Format::Terminal) { p.remark { (sentence) } }
        @if report.answers.is_empty() { p { "No matched group of these runs has two skip styles, so there is nothing \
            to compare." } }
    }
}

fn notes(report: &Report) -> Markup {
    list(&report.notes)
}

fn list(items: &[String]) -> Markup {
    html! { @if !items.is_empty() { ul { @for item in items { li { (item) } } } } }
}

fn comparisons(comparisons: &[Comparison]) -> Markup {
    html! {
        @for comparison in comparisons {
            (data::table(&table::comparison(comparison)))
            @for line in table::format_remarks(comparison) { p.remark { (line) } }
        }
        @if !comparisons.is_empty() { @for line in table::legend(comparisons) { p.caption { (line) } } }
    }
}
