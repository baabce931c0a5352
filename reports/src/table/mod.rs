//! Tables for people to read, as [`Sheet`]s of text that terminal, Markdown and HTML share. Nothing is computed here.

mod answer;
mod claims;
mod comparison;
mod diff;
mod document;
mod frontier;
mod number;
mod plain;
mod published;
mod rank;
mod recommend;
mod roofline;
mod scaling;
mod sheet;
pub mod splice;

pub use answer::answers;
pub(crate) use claims::sentences;
pub use claims::{claims, sheets, verdicts};
pub(crate) use comparison::{LEGEND, remarks};
pub use comparison::{comparison, comparisons};
pub use diff::diff;
pub use document::{Section, document, failures, section};
pub use frontier::frontier;
pub use plain::{line, sentence};
pub use published::published;
pub use rank::rankings;
pub use recommend::advice;
pub use roofline::roofs;
pub use scaling::curves;
pub use sheet::Sheet;

use crate::analyses::group::Origin;

/// How a table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// For a terminal.
    Terminal,
    /// As Markdown.
    Markdown,
}

fn bullet(style: Style) -> &'static str {
    match style {
        Style::Terminal => "",
        Style::Markdown => "- ",
    }
}

/// Sentences below a table.
pub fn notes(notes: &[String], style: Style) -> String {
    notes.iter().map(|note| format!("{}note: {}\n", bullet(style), sentence(note, style))).collect()
}

/// Where numbers come from, a line each: day, device, machine, versions, command.
pub fn origins(origins: &[(String, Origin)], style: Style) -> String {
    let line = |(device, origin): &(String, Origin)| {
        let Origin { device_name, host, skipbench, burn, date, command } = origin;
        let name = if device_name.is_empty() { String::new() } else { format!(" ({device_name})") };
        let said = format!("{date}, {device}{name}, machine {host}, skipbench {skipbench}, Burn {burn}: {command}");
        sentence(&said, style) + "\n"
    };
    origins.iter().map(line).collect()
}
