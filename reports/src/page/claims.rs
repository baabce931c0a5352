//! Shows claims on a page, one card each: what is said, the verdict, the one number and the one plot. The rest is
//! folded.

use maud::{Markup, html};

use crate::analyses::quantity::format_number_of;
use crate::claims::{ClaimVerdict, Finding};
use crate::figure::Figure;
use crate::figure::claims::by_finding;
use crate::table;

use super::data;
use super::plots::plots;

/// Shows all claims, the verdicts first.
pub(super) fn claims(findings: &[Finding], figures: &[Figure]) -> Markup {
    let own = by_finding(findings, figures);
    html! {
        @if !findings.is_empty() {
            (data::table(&table::verdicts(findings)))
            div.cards {
                @for (index, figures) in own.into_iter().enumerate() {
                    (card(&format_title(findings, index), &findings[index], figures))
                }
            }
        }
    }
}

/// Formats what is said. A claim that was judged before also has the number of its verdict.
fn format_title(findings: &[Finding], index: usize) -> String {
    let finding = &findings[index];
    match findings[..index].iter().filter(|earlier| earlier.claim == finding.claim).count() {
        0 => finding.sentence.to_owned(),
        earlier => format!("{} ({})", finding.sentence, earlier + 1),
    }
}

fn card(title: &str, finding: &Finding, figures: &[Figure]) -> Markup {
    let (first, others) = figures.split_at(figures.len().min(1));
    let measured = format!("{} on {}, {}", finding.data, finding.device, format_number_of(finding.seeds.len(), "seed"));
    html! {
        article.claim {
            h3 { (title) }
            p.remark {
                span class={ "verdict " (class(finding.verdict)) } { (finding.verdict.word()) } " " (finding.claim) ", " (measured)
            }
            @if let Some(headline) = table::headline(finding) {
                p.headline { (headline.number) }
                p.remark { (headline.says) " (" (headline.needed) ")" }
            }
            (plots(first.iter()))
            details {
                summary { "Rule, caution and all numbers" }
                p.remark { "Rule: " (finding.rule) }
                p.remark { "Caution: " (finding.caution) }
                @for remark in table::format_claim_remarks(finding) { p.remark { (remark) } }
                @for table in table::tables(finding) { (data::table(&table)) }
                (plots(others.iter()))
            }
        }
    }
}

fn class(verdict: ClaimVerdict) -> &'static str {
    match verdict {
        ClaimVerdict::Supported => "supported",
        ClaimVerdict::NotSupported => "not-supported",
        ClaimVerdict::Inconclusive => "inconclusive",
    }
}
