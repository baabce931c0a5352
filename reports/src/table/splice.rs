//! Keeps a document true: text between markers is replaced by what the rows say.
//!
//! A section is between `<!-- skipbench:NAME -->` and `<!-- /skipbench:NAME -->`.

use super::claims::format_with_plots;
use crate::figure::claims::by_finding;
use crate::figure::{Figure, figures};
use crate::report::Report;
use crate::table::{Section, format_section};

/// Name of the folder beside a document that holds the plots of its sections.
pub const PLOTS: &str = "plots";

/// Says why nothing could be replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// There is no marker.
    #[error(
        "no marker was found; write <!-- skipbench:comparison --> and <!-- /skipbench:comparison --> where the table goes (sections: {0})"
    )]
    NoMarker(String),
    /// A marker names no section.
    #[error("<!-- skipbench:{0} --> is not a section; sections are {1}")]
    Unknown(String, String),
    /// A section is in the document twice.
    #[error("<!-- skipbench:{0} --> is listed twice; a section has one place")]
    Repeated(&'static str),
    /// A section begins and does not end, or ends before it begins.
    #[error("<!-- skipbench:{0} --> has no <!-- /skipbench:{0} --> after it")]
    Open(&'static str),
}

/// Returns the document with new content in every section between its markers.
///
/// # Errors
/// Returns an error if it has no marker, or one that is unknown, repeated or without its end.
pub fn splice(document: &str, report: &Report) -> Result<String, SpliceError> {
    known(document)?;
    let mut text = document.to_owned();
    let mut found = false;
    for part in Section::ALL {
        let (begin, end) =
            (format!("<!-- skipbench:{} -->", part.word()), format!("<!-- /skipbench:{} -->", part.word()));
        let Some(start) = text.find(&begin).map(|start| start + begin.len()) else { continue };
        if text.matches(&begin).count() > 1 {
            return Err(SpliceError::Repeated(part.word()));
        }
        let length = text[start..].find(&end).ok_or(SpliceError::Open(part.word()))?;
        let body = format_body(report, part);
        text.replace_range(start..start + length, &normalize_line_ends(document, &format!("\n\n{}\n\n", body.trim())));
        found = true;
    }
    if found { Ok(text) } else { Err(SpliceError::NoMarker(format_section_names())) }
}

/// Formats a section as it is in a document.
fn format_body(report: &Report, section: Section) -> String {
    match section {
        Section::Claims if !report.claims.is_empty() => format_with_plots(&report.claims, &figures(report)),
        _ => format_section(report, section),
    }
}

/// Returns the plots that the document's sections show, which belong in [`PLOTS`] beside it: the first of each claim.
pub fn shown_plots(document: &str, report: &Report) -> Vec<Figure> {
    if !document.contains(&format!("<!-- skipbench:{} -->", Section::Claims.word())) {
        return Vec::new();
    }
    let figures = figures(report);
    by_finding(&report.claims, &figures).into_iter().filter_map(<[Figure]>::first).cloned().collect()
}

/// Returns the text with the line ends of the document.
fn normalize_line_ends(document: &str, text: &str) -> String {
    if document.contains("\r\n") { text.replace('\n', "\r\n") } else { text.to_owned() }
}

fn format_section_names() -> String {
    Section::ALL.map(Section::word).join(", ")
}

/// Checks that every marker is known. A misspelled one would keep its old content forever.
fn known(document: &str) -> Result<(), SpliceError> {
    let begins = document.split("<!-- skipbench:").skip(1);
    let words = begins.filter_map(|rest| rest.split_once(" -->")).map(|(word, _)| word);
    match words.into_iter().find(|word| Section::ALL.iter().all(|part| part.word() != *word)) {
        Some(word) => Err(SpliceError::Unknown(word.to_owned(), format_section_names())),
        None => Ok(()),
    }
}
