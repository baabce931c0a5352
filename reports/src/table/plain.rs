//! Text that others wrote, such as errors, where it can change neither the line nor the terminal that it stands in.

use super::Style;

/// On one line, without what a terminal would obey.
pub fn line(text: &str) -> String {
    visible(&text.split_whitespace().collect::<Vec<&str>>().join(" "))
}

/// Control characters but line breaks, written out.
pub(super) fn visible(text: &str) -> String {
    let shown = |c: char| if c.is_control() && c != '\n' { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// What Markdown would take for more than a letter.
const MARKS: [char; 9] = ['\\', '`', '*', '_', '[', ']', '|', '~', '#'];

/// A sentence of a document: in Markdown it says what it says in a terminal.
pub(super) fn sentence(text: &str, style: Style) -> String {
    let escaped = |c: char| match c {
        '<' => "&lt;".to_owned(),
        '&' => "&amp;".to_owned(),
        c if MARKS.contains(&c) => format!("\\{c}"),
        c => c.to_string(),
    };
    match style {
        Style::Terminal => line(text),
        Style::Markdown => line(text).chars().map(escaped).collect(),
    }
}
