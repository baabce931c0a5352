//! Formats verdicts: one table of all, and for each claim what decided and what else was measured.

use super::claim_card::format_card;
use super::format::Format;
use super::text_table::TextTable;
use crate::analyses::quantity::format_number_of;
use crate::claims::{Condition, Finding, MeasureRow, Measures, Side};
use crate::figure::Figure;
use crate::figure::claims::by_finding;
use crate::stats::Estimate;

use super::number::{format_bound, format_quantity};

/// Tabulates every claim with its verdict.
pub fn verdicts(findings: &[Finding]) -> TextTable {
    let line = |finding: &Finding| {
        let seeds = finding.seeds.len().to_string();
        let place = format!("{} on {}", finding.data, finding.device);
        vec![finding.claim.to_owned(), finding.sentence.to_owned(), finding.verdict.word().to_owned(), place, seeds]
    };
    TextTable {
        id: "claims".to_owned(),
        title: "What is said about skip connections".to_owned(),
        caption: LEGEND.to_owned(),
        header: ["claim", "what is said", "verdict", "measured", "seeds"].map(str::to_owned).to_vec(),
        rows: findings.iter().map(line).collect(),
        left: 4,
    }
}

const LEGEND: &str = "Supported: every condition of the claim holds by its whole 95 % interval. Not supported: the \
                      whole interval of one is on the other side. Inconclusive: the intervals allow both. Each claim's \
                      rule is given with it; reports/README.md says what was tightened after a first measurement.";

/// Formats every claim completely: the verdicts, then claim by claim.
pub fn format_claims(findings: &[Finding], format: Format) -> String {
    let cards: Vec<String> = findings.iter().map(|finding| format_card(finding, None, format)).collect();
    verdicts(findings).format_titled(format) + &cards.join("\n")
}

/// Formats the claims for a document that has each claim's first plot in a folder beside it.
pub(super) fn format_with_plots(findings: &[Finding], figures: &[Figure]) -> String {
    let own = by_finding(findings, figures);
    let card = |(finding, figures): (&Finding, &&[Figure])| format_card(finding, figures.first(), Format::Markdown);
    let cards: Vec<String> = findings.iter().zip(&own).map(card).collect();
    verdicts(findings).format_titled(Format::Markdown) + &cards.join("\n")
}

/// Formats what these rows add, with the names and errors that they hold.
pub(crate) fn format_remarks(finding: &Finding) -> Vec<String> {
    let mut remarks: Vec<String> = finding.remarks.iter().map(|remark| format!("Here: {remark}.")).collect();
    if finding.broken > 0 {
        remarks
            .push(format!("Not measured: {}, left out of all numbers here.", format_number_of(finding.broken, "cell")));
    }
    remarks
}

/// Returns the tables of what decided, then of what else was measured.
pub fn tables(finding: &Finding) -> Vec<TextTable> {
    let measured = finding.measures.iter().enumerate().filter(|(_, measures)| !measures.lines.is_empty());
    let measured = measured.map(|(index, measures)| measured_table(finding, index, measures));
    std::iter::once(conditions(finding)).chain(measured).collect()
}

fn conditions(finding: &Finding) -> TextTable {
    TextTable {
        id: format!("claim-{}-conditions", finding.claim),
        title: format!("What decides {}", finding.claim),
        caption: String::new(),
        header: ["condition", "outcome", "measured", "needed", "values"].map(str::to_owned).to_vec(),
        rows: finding.conditions.iter().map(format_condition).collect(),
        left: 2,
    }
}

fn format_condition(condition: &Condition) -> Vec<String> {
    let Condition { says, quantity, estimate, side, bound, margin, p_corrected, outcome } = condition;
    let side = match side {
        Side::Above => ">",
        Side::Below => "<",
    };
    let chance = p_corrected.map_or(String::new(), |p| format!("\np = {p:.3}, corrected for all conditions"));
    let matters = if *margin > 0.0 {
        format!("\nmatters only above {}", format_bound(*quantity, bound + margin))
    } else {
        String::new()
    };
    vec![
        says.clone(),
        outcome.word().to_owned(),
        estimate.map_or("not measured".to_owned(), |estimate| format_quantity(*quantity, &estimate)) + &chance,
        format!("{side} {}{matters}", format_bound(*quantity, *bound)),
        estimate.map_or(String::new(), |estimate| estimate.n.to_string()),
    ]
}

fn measured_table(finding: &Finding, index: usize, measures: &Measures) -> TextTable {
    let columns = measures.columns.iter().map(|column| column.title.clone());
    let line = |line: &MeasureRow| {
        let cell = |(value, column): (&Option<Estimate>, &crate::claims::Column)| {
            value.map_or(String::new(), |estimate| format_quantity(column.quantity, &estimate))
        };
        let values = line.values.iter().zip(&measures.columns).map(cell);
        [line.name.clone(), line.skip.clone()].into_iter().chain(values).collect()
    };
    TextTable {
        id: format!("claim-{}-{}", finding.claim, index + 1),
        title: measures.title.clone(),
        caption: measures.caption.clone(),
        header: ["network", "skip"].map(str::to_owned).into_iter().chain(columns).collect(),
        rows: measures.lines.iter().map(line).collect(),
        left: 2,
    }
}
