//! A table as text: what terminal, Markdown and HTML all draw from.

use super::format::Format;
use super::plain::{escape, escape_control, format_sentence};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

/// A table of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextTable {
    /// Its name in links, unlike any other's on a page.
    pub id: String,
    /// What it is.
    pub title: String,
    /// How to read it; may be empty.
    pub caption: String,
    /// The columns' titles.
    pub header: Vec<String>,
    /// The lines; a cell may hold several lines itself.
    pub rows: Vec<Vec<String>>,
    /// How many columns, from the first on, hold words and not numbers.
    pub left: usize,
}

impl TextTable {
    /// The table alone.
    pub fn format(&self, format: Format) -> String {
        let mut table = Table::new();
        table.load_style(match format {
            Format::Terminal => presets::UTF8_HORIZONTAL_ONLY,
            Format::Markdown => presets::ASCII_MARKDOWN,
        });
        table.set_header(&self.header);
        table.add_rows(self.rows.iter().map(|row| row.iter().map(|cell| format_cell(cell, format))));
        for column in table.column_iter_mut().skip(self.left) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        format!("{table}\n")
    }

    /// With its title above and its caption below.
    pub fn format_titled(&self, format: Format) -> String {
        let bold = if format == Format::Markdown { "**" } else { "" };
        let gap = if format == Format::Markdown { "\n" } else { "" };
        let caption = if self.caption.is_empty() { String::new() } else { format!("{gap}{}\n", self.caption) };
        let title = format_sentence(&self.title, format);
        format!("{bold}{title}{bold}\n{gap}{}{caption}\n", self.format(format))
    }
}

/// In Markdown a line break would end the row.
fn format_cell(cell: &str, format: Format) -> String {
    let cell = escape_control(cell);
    match format {
        Format::Terminal => cell,
        Format::Markdown => escape(&cell).replace('\n', "<br>"),
    }
}
