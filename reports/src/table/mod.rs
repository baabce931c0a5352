//! Tables for people to read. Nothing is computed here.

mod comparison;
mod roofline;
mod scaling;

use comfy_table::{CellAlignment, Table, presets};

pub use comparison::comparisons;
pub use roofline::roofs;
pub use scaling::curves;

use crate::group::Origin;

/// How a table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// For a terminal.
    Terminal,
    /// As Markdown.
    Markdown,
}

/// A table, columns but the first `left` ones aligned to the right.
fn drawn(header: Vec<String>, rows: Vec<Vec<String>>, left: usize, style: Style) -> Table {
    let mut table = Table::new();
    table.load_style(match style {
        Style::Terminal => presets::UTF8_HORIZONTAL_ONLY,
        Style::Markdown => presets::ASCII_MARKDOWN,
    });
    table.set_header(header);
    table.add_rows(rows);
    for column in table.column_iter_mut().skip(left) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn bullet(style: Style) -> &'static str {
    match style {
        Style::Terminal => "",
        Style::Markdown => "- ",
    }
}

/// Sentences below a table.
pub fn notes(notes: &[String], style: Style) -> String {
    notes.iter().map(|note| format!("{}note: {note}\n", bullet(style))).collect()
}

/// Where numbers come from, a line each: day, device, machine, versions, command.
pub fn origins(origins: &[(String, Origin)]) -> String {
    let line = |(device, origin): &(String, Origin)| {
        let Origin { device_name, host, skipbench, burn, date, command } = origin;
        let name = if device_name.is_empty() { String::new() } else { format!(" ({device_name})") };
        format!("{date}, {device}{name}, machine {host}, skipbench {skipbench}, Burn {burn}: {command}\n")
    };
    origins.iter().map(line).collect()
}
