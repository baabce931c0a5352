//! Claims on a page: what is said, the verdict, what decided, and the plots.

use maud::{Markup, html};

use crate::claims::{ClaimVerdict, Finding};
use crate::figure::Figure;
use crate::table;

use super::data;
use super::plots::plots;

/// All of them, the verdicts first.
pub(super) fn claims(findings: &[Finding], figures: &[Figure]) -> Markup {
    html! {
        @if !findings.is_empty() {
            (data::table(&table::verdicts(findings)))
            @for finding in findings { (one(finding, figures)) }
        }
    }
}

fn one(finding: &Finding, figures: &[Figure]) -> Markup {
    let beginning = crate::figure::format_claim_prefix(finding.claim);
    html! {
        article.claim {
            h3 { (finding.claim) " " span class={ "verdict " (class(finding.verdict)) } { (finding.verdict.word()) } }
            @for sentence in table::format_sentences(finding) { p.remark { (sentence) } }
            @for table in table::tables(finding) { (data::table(&table)) }
            (plots(figures.iter().filter(|figure| figure.id.starts_with(&beginning))))
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
