//! Formats one claim as a card: what is said, the verdict, and the one number that best explains it. Everything else
//! follows.

use super::claims::{format_remarks, tables};
use super::format::Format;
use super::number::{format_bound, format_quantity};
use super::plain::format_sentence;
use crate::analyses::quantity::Quantity;
use crate::claims::{Condition, Finding, Side};
use crate::figure::Figure;

/// The number that best explains the verdict.
pub(crate) struct Headline {
    /// Condition that it decides.
    pub(crate) says: String,
    /// Number, with its interval.
    pub(crate) number: String,
    /// What it would have to be, and whether it is.
    pub(crate) needed: String,
}

/// Returns the headline of a claim, or `None` for a claim without conditions.
pub(crate) fn headline(finding: &Finding) -> Option<Headline> {
    let Condition { says, quantity, estimate, side, bound, outcome, .. } = finding.deciding()?;
    let side = match side {
        Side::Above => "above",
        Side::Below => "below",
    };
    let unit = if *quantity == Quantity::Difference { " points" } else { "" };
    let number = estimate.map(|estimate| format_quantity(*quantity, &estimate) + unit);
    let needed = format!("needed: {side} {}; {}", format_bound(*quantity, *bound), outcome.word());
    Some(Headline { says: says.clone(), number: number.unwrap_or("not decided".to_owned()), needed })
}

/// Formats the card as text. A document also has the plot, and the tables are folded.
pub(super) fn format_card(finding: &Finding, plot: Option<&Figure>, format: Format) -> String {
    let (bold, gap) = if format == Format::Markdown { ("**", "\n\n") } else { ("", "\n") };
    let heading = format_sentence(&format_heading(finding), format);
    let number = headline(finding).map_or(String::new(), |headline| {
        let Headline { says, number, needed } = headline;
        format!("Decisive: {}: {bold}{number}{bold} ({needed}).{gap}", format_sentence(&says, format))
    });
    let (said, plot) = (finding.sentence, plot.map_or(String::new(), format_plot));
    format!("{bold}{heading}{bold}{gap}Said: {said}{gap}{number}{plot}{}", format_rest(finding, format))
}

/// Formats `depth: supported (digits on flex)`.
fn format_heading(finding: &Finding) -> String {
    format!("{}: {} ({} on {})", finding.claim, finding.verdict.word(), finding.data, finding.device)
}

/// Formats the plot as a link to the file beside the document.
fn format_plot(figure: &Figure) -> String {
    format!("![{}]({}/{}.svg)\n\n", format_sentence(&figure.title, Format::Markdown), super::splice::PLOTS, figure.id)
}

fn format_rest(finding: &Finding, format: Format) -> String {
    let Finding { rule, caution, .. } = finding;
    let (open, gap, close) = match format {
        Format::Markdown => ("<details><summary>Rule, caution and all numbers</summary>\n\n", "\n\n", "</details>\n\n"),
        Format::Terminal | Format::Columns(_) => ("", "\n", ""),
    };
    // The claim's own words are Markdown; what these rows add holds names and errors.
    let own = [format!("Rule: {rule}"), format!("Caution: {caution}")];
    let remarks = format_remarks(finding).into_iter().map(|remark| format_sentence(&remark, format));
    let lines: String = own.into_iter().chain(remarks).map(|line| line + gap).collect();
    let tables: String = tables(finding).iter().map(|table| table.format_titled(format)).collect();
    format!("{open}{}\n\n{}\n{close}", lines.trim_end(), tables.trim_end().to_owned() + "\n")
}
