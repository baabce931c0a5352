//! Holds one file per command. Each calls the library and prints.

pub(crate) mod claims;
pub mod cli;
pub(crate) mod compare;
pub(crate) mod data;
pub(crate) mod devices;
pub(crate) mod diff;
pub(crate) mod frontier;
pub(crate) mod gate;
pub(crate) mod man;
pub(crate) mod matching;
pub(crate) mod merge;
pub(crate) mod models;
pub(crate) mod plan;
mod quantity;
pub(crate) mod rank;
pub(crate) mod recommend;
pub(crate) mod record;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod roofline;
mod rows;
pub(crate) mod run;
mod site;
pub(crate) mod steps;
pub(crate) mod suites;
pub(crate) mod version;
pub(crate) mod versus;
pub(crate) mod weights;
use std::io::{self, IsTerminal};

use anyhow::Result;
use clap::Args;
use skipbench_models::Images;
use skipbench_reports::rows::render;
use skipbench_reports::table::{Format, TextTable};

use crate::system::tell::{print, say};

/// Shape of the images that a cost depends on.
#[derive(Debug, Clone, Copy, Args)]
struct ImageArgs {
    /// Side of the images in pixels.
    #[arg(long)]
    size: Option<usize>,
    /// Channels of the images: 1 or 3.
    #[arg(long, value_parser = channels)]
    channels: Option<usize>,
    /// Number of classes.
    #[arg(long)]
    classes: Option<usize>,
}

fn channels(word: &str) -> Result<usize, String> {
    match word {
        "1" => Ok(1),
        "3" => Ok(3),
        _ => Err("gray images have 1 channel, color images 3".to_owned()),
    }
}

impl ImageArgs {
    /// Returns whether any was given.
    fn is_given(self) -> bool {
        self.size.is_some() || self.channels.is_some() || self.classes.is_some()
    }

    /// Returns `usual`, except for what was given.
    fn or(self, usual: Images) -> Images {
        Images {
            size: self.size.unwrap_or(usual.size),
            channels: self.channels.unwrap_or(usual.channels),
            classes: self.classes.unwrap_or(usual.classes),
        }
    }
}

/// Says in which form rows are shown.
#[derive(Debug, Clone, Copy, Args)]
#[group(multiple = false)]
struct Form {
    /// Print Markdown.
    #[arg(long)]
    markdown: bool,
    /// Print CSV, with the columns of the file of that name in a run's directory.
    #[arg(long)]
    csv: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Form {
    /// Prints `rows` for scripts, or what `text` makes of them for people.
    fn print<T: serde::Serialize>(self, rows: &[T], text: impl Fn(Format) -> String) -> Result<()> {
        match self {
            Form { csv: true, .. } => print(&render::csv(rows)?),
            Form { json: true, .. } => print_json(&rows),
            Form { markdown: true, .. } => print(&text(Format::Markdown)),
            _ => print(&text(terminal())),
        }
    }
}

/// Returns the width of the terminal behind standard error, or else behind standard output: what COLUMNS says, or the
/// terminal itself.
pub(crate) fn columns() -> Option<u16> {
    let given = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let asked = || terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| columns);
    given.or_else(asked).filter(|columns| *columns > 0)
}

/// Returns the format for people: as wide as their terminal, and of any width in a file.
fn terminal() -> Format {
    let columns = columns().filter(|_| io::stdout().is_terminal());
    columns.map_or(Format::Terminal, Format::Columns)
}

/// Prints notes.
fn note(notes: &[String]) {
    notes.iter().for_each(|note| say(&format!("note: {note}")));
}

/// Prints a value as indented JSON.
fn print_json(value: &impl serde::Serialize) -> Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// Formats a number with commas between thousands.
fn format_count(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|chunk| std::str::from_utf8(chunk).ok()).collect();
    groups.join(",")
}

/// Formats a table for a terminal. All columns except the first `left` ones are aligned to the right.
fn format_table(header: &[&str], rows: Vec<Vec<String>>, left: usize) -> String {
    let header = header.iter().map(|title| (*title).to_owned()).collect();
    let (id, title, caption) = (String::new(), String::new(), String::new());
    TextTable { id, title, caption, header, rows, left }.format(terminal())
}
