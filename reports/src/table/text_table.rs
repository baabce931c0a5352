//! Defines a table of text, which terminal, Markdown and HTML all draw from.

use super::format::Format;
use super::plain::{escape, escape_control, format_sentence};
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle, presets};
use serde::Serialize;

/// A table of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextTable {
    /// Name in links, unlike any other on a page.
    pub id: String,
    /// Title of the table.
    pub title: String,
    /// Caption that says how to read it; may be empty.
    pub caption: String,
    /// Titles of the columns.
    pub header: Vec<String>,
    /// Rows of the table. A cell may hold several lines.
    pub rows: Vec<Vec<String>>,
    /// How many columns, from the first on, hold words and not numbers.
    pub left: usize,
}

impl TextTable {
    /// Formats the table alone.
    pub fn format(&self, format: Format) -> String {
        if let Format::Columns(columns) = format
            && columns < self.least_columns()
        {
            return self.format_stacked(usize::from(columns));
        }
        let mut table = Table::new();
        if let Format::Columns(columns) = format {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
        }
        table.load_style(match format {
            Format::Terminal | Format::Columns(_) if self.has_short_rows(format) => BETWEEN_NOTHING,
            Format::Terminal | Format::Columns(_) => presets::UTF8_HORIZONTAL_ONLY,
            Format::Markdown => presets::ASCII_MARKDOWN,
        });
        table.set_header(&self.header);
        table.add_rows(self.rows.iter().map(|row| row.iter().map(|cell| format_cell(cell, format))));
        for column in table.column_iter_mut().skip(self.left) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        format!("{table}\n")
    }

    /// Returns whether every row is one line. Rules between such rows would only stretch the table.
    fn has_short_rows(&self, format: Format) -> bool {
        let wide = |index: usize| {
            let column = self.rows.iter().filter_map(|row| row.get(index)).chain(self.header.get(index));
            column.map(|cell| cell.chars().count()).max().unwrap_or(0) + PADDING
        };
        let fits = match format {
            Format::Columns(columns) => (0..self.header.len()).map(wide).sum::<usize>() <= usize::from(columns),
            _ => true,
        };
        fits && !self.rows.iter().flatten().any(|cell| cell.contains('\n'))
    }

    /// Returns the fewest columns of a terminal in which the table can be read as one. Each of its own columns then has
    /// room for its longest word, or for a part of it that is not broken too often.
    fn least_columns(&self) -> u16 {
        let longest = |index: usize| {
            let column = self.rows.iter().filter_map(|row| row.get(index)).chain(self.header.get(index));
            column.flat_map(|cell| cell.split_whitespace()).map(|word| word.chars().count()).max().unwrap_or(0)
        };
        let wide: usize = (0..self.header.len()).map(|index| longest(index).min(LONG_WORD) + PADDING).sum();
        u16::try_from(wide).unwrap_or(u16::MAX)
    }

    /// Formats one line per cell, `title: text`, for a terminal too narrow for columns.
    fn format_stacked(&self, columns: usize) -> String {
        let titled = |(title, cell): (&String, &String)| {
            let cell = escape_control(&cell.replace('\n', ", "));
            wrap(&if title.is_empty() { cell } else { format!("{title}: {cell}") }, columns)
        };
        let filled = |(_, cell): &(&String, &String)| !cell.is_empty();
        let stacked = |row: &Vec<String>| self.header.iter().zip(row).filter(filled).map(titled).collect::<String>();
        self.rows.iter().map(stacked).collect::<Vec<String>>().join("\n")
    }

    /// Formats the table with its title above and its caption below.
    pub fn format_titled(&self, format: Format) -> String {
        let bold = if format == Format::Markdown { "**" } else { "" };
        let gap = if format == Format::Markdown { "\n" } else { "" };
        let caption = if self.caption.is_empty() { String::new() } else { format!("{gap}{}\n", self.caption) };
        let title = format_sentence(&self.title, format);
        format!("{bold}{title}{bold}\n{gap}{}{caption}\n", self.format(format))
    }
}

/// Style with rules only around the table and below its header.
const BETWEEN_NOTHING: TableStyle = presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none());

/// Length from which words may be broken where a terminal is narrow.
const LONG_WORD: usize = 12;

/// Blanks around a column: one on each side.
const PADDING: usize = 2;

/// Wraps text into lines of at most `columns` characters, broken between words, or within one that is longer. Further
/// lines are indented.
pub(crate) fn wrap(text: &str, columns: usize) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split_whitespace() {
        if !line.trim().is_empty() && line.chars().count() + 1 + word.chars().count() > columns {
            lines.extend([line.as_str(), "\n"]);
            line = "  ".to_owned();
        } else if !line.trim().is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if line.chars().count() >= columns.max(4) {
                lines.extend([line.as_str(), "\n"]);
                line = "  ".to_owned();
            }
            line.push(c);
        }
    }
    lines + &line + "\n"
}

/// Formats a cell. In Markdown a line break would end the row.
fn format_cell(cell: &str, format: Format) -> String {
    let cell = escape_control(cell);
    match format {
        Format::Terminal | Format::Columns(_) => cell,
        Format::Markdown => escape(&cell).replace('\n', "<br>"),
    }
}
