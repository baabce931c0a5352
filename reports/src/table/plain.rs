//! Formats text that others wrote, such as errors, in a way that changes neither the line nor the terminal around it.

use super::format::Format;

/// Formats text on one line, without control sequences that a terminal would obey.
pub fn format_line(text: &str) -> String {
    escape_control(&text.split_whitespace().collect::<Vec<&str>>().join(" "))
}

/// Writes out control characters, except line breaks.
pub fn escape_control(text: &str) -> String {
    let escaped = |c: char| if c.is_control() && c != '\n' { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escaped).collect()
}

/// Formats a sentence of a document. In Markdown it says the same as in a terminal.
pub fn format_sentence(text: &str, format: Format) -> String {
    match format {
        Format::Terminal | Format::Columns(_) => format_line(text),
        Format::Markdown => escape(&format_line(text)),
    }
}

/// Escapes text for Markdown. What Markdown would read literally stays as it is, since documents are also read raw: an
/// underscore within a word, and brackets without a parenthesis that makes a link.
pub(super) fn escape(text: &str) -> String {
    let (mut written, mut before, mut rest) = (String::new(), None, text.chars().peekable());
    while let Some(c) = rest.next() {
        let after = rest.peek();
        let within_word = before.is_some_and(char::is_alphanumeric) && after.is_some_and(|c| c.is_alphanumeric());
        match c {
            '<' => written.push_str("&lt;"),
            '&' => written.push_str("&amp;"),
            '\\' | '`' | '*' | '~' | '|' => written.extend(['\\', c]),
            '_' if !within_word => written.push_str("\\_"),
            ']' if matches!(after, Some('(' | '[')) => written.push_str("\\]"),
            c => written.push(c),
        }
        before = Some(c);
    }
    written
}
