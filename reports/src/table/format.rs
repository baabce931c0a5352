//! For what a text is written.

/// For what a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a terminal.
    Terminal,
    /// For a terminal of so many columns.
    Columns(u16),
    /// As Markdown.
    Markdown,
}

/// What begins an item of a list.
pub(super) fn bullet(format: Format) -> &'static str {
    match format {
        Format::Terminal | Format::Columns(_) => "",
        Format::Markdown => "- ",
    }
}
