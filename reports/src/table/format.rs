//! Defines the formats that texts are written in.

/// Names the format that a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Plain text for a terminal.
    Terminal,
    /// Plain text for a terminal of this many columns.
    Columns(u16),
    /// Markdown.
    Markdown,
}

/// Returns what begins an item of a list.
pub(super) fn bullet(format: Format) -> &'static str {
    match format {
        Format::Terminal | Format::Columns(_) => "",
        Format::Markdown => "- ",
    }
}
