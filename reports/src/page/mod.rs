//! The report as one HTML file that needs nothing else: no network, no font, no library.
//!
//! It only arranges: sentences and tables come from [`table`], plots from [`figure`](crate::figure) through
//! [`chart`], so that no number here can differ from the same number in Markdown or CSV.

mod claims;
mod data;
mod plots;
mod provenance;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::analyses::compare::Comparison;
use crate::analyses::quantity::format_number_of;
use crate::chart;
use crate::figure::{Figure, figures};
use crate::report::Report;
use crate::table::{self, Format, TextTable};

use plots::plots;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Nothing may be loaded from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'";

/// A section of the page: its name in links, its title, what it holds.
type PageSection = (&'static str, &'static str, Markup);

/// The title of the section of rankings, and of its one table.
const RANK: &str = "On the whole";

/// The page. The same rows always give the same text.
pub fn page(report: &Report) -> String {
    let figures = figures(report);
    let sections: Vec<PageSection> =
        sections(report, &figures).into_iter().filter(|(_, _, body)| !body.0.is_empty()).collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                link rel="icon" href="data:,";
                title { "skipbench: " (format_subject(report)) }
                style { (PreEscaped(STYLE)) (PreEscaped(chart::STYLE)) }
            }
            body {
                a.skip href="#answer" { "To the answer" }
                (head(report, &sections))
                main {
                    @for (id, title, body) in &sections {
                        section id=(id) aria-labelledby={ (id) "-title" } {
                            h2 id={ (id) "-title" } { (title) }
                            (body)
                        }
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// What was measured, on what: `digits on flex`.
fn format_subject(report: &Report) -> String {
    let rows = report.runs.iter().map(|run| &run.row);
    let mut subjects: Vec<String> = rows.map(|row| format!("{} on {}", row.data, row.device)).collect();
    subjects.sort();
    subjects.dedup();
    subjects.join(", ")
}

fn head(report: &Report, sections: &[PageSection]) -> Markup {
    html! {
        header {
            p.brand { "skipbench" }
            h1 { "What does a skip connection buy, and what does it cost?" }
            p.subject { (format_subject(report)) ", " (format_number_of(report.runs.len(), "cell")) ", " (report.broken) " not measured" }
            button.theme type="button" hidden aria-label="Light or dark" { "◐" }
            nav aria-label="Contents" {
                ul { @for (id, title, _) in sections { li { a href={ "#" (id) } { (title) } } } }
            }
        }
    }
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
        ("answer", "The answer", answer(report)),
        ("claims", "Claims", claims::claims(&report.claims, figures)),
        ("notes", "Before believing it", notes(report)),
        ("comparison", "Matched groups", comparisons(&report.comparisons)),
        (
            "published",
            "Beside what was published",
            unless(report.published.is_empty(), table::published(&report.published)),
        ),
        (
            "frontier",
            "Accuracy against costs",
            html! { (drawn("accuracy")) @if !frontiers.is_empty() { (data::folded("Who is on the frontier", &frontiers)) } },
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
        @if report.answers.is_empty() { p { "No matched group of these runs has two skip styles: there is nothing to hold against each other." } }
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
