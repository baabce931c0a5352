//! Text that others wrote, such as errors, where it can change neither the line nor the terminal that it stands in.

use super::format::Format;

/// On one line, without what a terminal would obey.
pub fn format_line(text: &str) -> String {
    escape_control(&text.split_whitespace().collect::<Vec<&str>>().join(" "))
}

/// Control characters but line breaks, written out.
pub fn escape_control(text: &str) -> String {
    let escaped = |c: char| if c.is_control() && c != '\n' { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escaped).collect()
}

/// A sentence of a document: in Markdown it says what it says in a terminal.
pub fn format_sentence(text: &str, format: Format) -> String {
    match format {
        Format::Terminal | Format::Columns(_) => format_line(text),
        Format::Markdown => escape(&format_line(text)),
    }
}

/// Markdown that reads as the text does. What Markdown would not take for more than letters stays as it is, since
/// documents are also read raw: an underscore within a word, brackets that no parenthesis makes a link.
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
