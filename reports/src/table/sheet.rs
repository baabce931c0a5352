//! A table as text: what terminal, Markdown and HTML all draw from.

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::Style;
use super::plain::{escaped, sentence, visible};

/// A table of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sheet {
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

impl Sheet {
    /// The table alone.
    pub fn drawn(&self, style: Style) -> String {
        let mut table = Table::new();
        table.load_style(match style {
            Style::Terminal => presets::UTF8_HORIZONTAL_ONLY,
            Style::Markdown => presets::ASCII_MARKDOWN,
        });
        table.set_header(&self.header);
        table.add_rows(self.rows.iter().map(|row| row.iter().map(|cell| text(cell, style))));
        for column in table.column_iter_mut().skip(self.left) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        format!("{table}\n")
    }

    /// With its title above and its caption below.
    pub fn titled(&self, style: Style) -> String {
        let bold = if style == Style::Markdown { "**" } else { "" };
        let gap = if style == Style::Markdown { "\n" } else { "" };
        let caption = if self.caption.is_empty() { String::new() } else { format!("{gap}{}\n", self.caption) };
        let title = sentence(&self.title, style);
        format!("{bold}{title}{bold}\n{gap}{}{caption}\n", self.drawn(style))
    }
}

/// In Markdown a line break would end the row.
fn text(cell: &str, style: Style) -> String {
    let cell = visible(cell);
    match style {
        Style::Terminal => cell,
        Style::Markdown => escaped(&cell).replace('\n', "<br>"),
    }
}
