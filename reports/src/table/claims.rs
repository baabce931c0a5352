//! Verdicts: one table of all, and for each claim what decided and what else was measured.

use crate::claims::{Condition, Finding, Line, Measures, Quantity, Side};
use crate::metric::Metric;
use crate::stats::Estimate;

use super::format::{number, points, times};
use super::{Sheet, Style, sentence};

/// Every claim with its verdict.
pub fn verdicts(findings: &[Finding]) -> Sheet {
    let line = |finding: &Finding| {
        let seeds = finding.seeds.len().to_string();
        let place = format!("{} on {}", finding.data, finding.device);
        vec![finding.claim.to_owned(), finding.sentence.to_owned(), finding.verdict.word().to_owned(), place, seeds]
    };
    Sheet {
        id: "claims".to_owned(),
        title: "What is said of skip connections".to_owned(),
        caption: LEGEND.to_owned(),
        header: ["claim", "what is said", "verdict", "measured", "seeds"].map(str::to_owned).to_vec(),
        rows: findings.iter().map(line).collect(),
        left: 4,
    }
}

const LEGEND: &str = "Supported: every condition of the claim holds by its whole 95 % interval. Not supported: the whole interval of one lies \
                      on the other side. Inconclusive: the intervals allow both. Each claim's rule stands with it; reports/README.md names what was tightened after a first measurement.";

/// Every claim in whole: the verdicts, then claim by claim.
pub fn claims(findings: &[Finding], style: Style) -> String {
    let one = |finding: &Finding| {
        let (bold, gap) = if style == Style::Markdown { ("**", "\n\n") } else { ("", "\n") };
        let told = remarks(finding).into_iter().map(|remark| sentence(&remark, style));
        let said: Vec<String> = said(finding).into_iter().chain(told).map(|line| line + gap).collect();
        let sheets: String = sheets(finding).iter().map(|sheet| sheet.titled(style)).collect();
        let heading = sentence(&heading(finding), style);
        format!("{bold}{heading}{bold}{gap}{}\n{sheets}", said.concat().trim_end().to_owned() + "\n")
    };
    verdicts(findings).titled(style) + &findings.iter().map(one).collect::<Vec<String>>().join("\n")
}

/// `depth: supported (digits on flex)`
fn heading(finding: &Finding) -> String {
    format!("{}: {} ({} on {})", finding.claim, finding.verdict.word(), finding.data, finding.device)
}

/// What is said, by what rule, with what caution.
pub(crate) fn sentences(finding: &Finding) -> Vec<String> {
    said(finding).into_iter().chain(remarks(finding)).collect()
}

/// The claim's own words, which are the same in every report.
fn said(finding: &Finding) -> [String; 3] {
    let Finding { sentence, rule, caution, .. } = finding;
    [format!("Said: {sentence}"), format!("Rule: {rule}"), format!("Caution: {caution}")]
}

/// What these rows add, with the names and errors that they hold.
fn remarks(finding: &Finding) -> Vec<String> {
    let mut remarks: Vec<String> = finding.remarks.iter().map(|remark| format!("Here: {remark}.")).collect();
    if finding.broken > 0 {
        remarks.push(format!("Not measured: {} cell(s), which drop out of the pairs.", finding.broken));
    }
    remarks
}

/// What decided, then what else was measured.
pub fn sheets(finding: &Finding) -> Vec<Sheet> {
    let measured = finding.measures.iter().enumerate().filter(|(_, measures)| !measures.lines.is_empty());
    let measured = measured.map(|(index, measures)| measured_sheet(finding, index, measures));
    std::iter::once(conditions(finding)).chain(measured).collect()
}

fn conditions(finding: &Finding) -> Sheet {
    Sheet {
        id: format!("claim-{}-conditions", finding.claim),
        title: format!("What decides {}", finding.claim),
        caption: String::new(),
        header: ["condition", "outcome", "measured", "needed", "n"].map(str::to_owned).to_vec(),
        rows: finding.conditions.iter().map(condition).collect(),
        left: 2,
    }
}

fn condition(condition: &Condition) -> Vec<String> {
    let Condition { says, quantity, estimate, side, bound, margin, p_corrected, outcome } = condition;
    let side = match side {
        Side::Above => ">",
        Side::Below => "<",
    };
    let chance = p_corrected.map_or(String::new(), |p| format!("\np = {p:.3} among all"));
    let matters = match *margin > 0.0 {
        true => format!("\nmatters from {}", bare(*quantity, bound + margin)),
        false => String::new(),
    };
    vec![
        says.clone(),
        outcome.word().to_owned(),
        estimate.map_or("not measured".to_owned(), |estimate| written(*quantity, &estimate)) + &chance,
        format!("{side} {}{matters}", bare(*quantity, *bound)),
        estimate.map_or(String::new(), |estimate| estimate.n.to_string()),
    ]
}

fn measured_sheet(finding: &Finding, index: usize, measures: &Measures) -> Sheet {
    let columns = measures.columns.iter().map(|column| column.title.clone());
    let line = |line: &Line| {
        let cell = |(value, column): (&Option<Estimate>, &crate::claims::Column)| {
            value.map_or(String::new(), |estimate| written(column.quantity, &estimate))
        };
        let values = line.values.iter().zip(&measures.columns).map(cell);
        [line.name.clone(), line.skip.clone()].into_iter().chain(values).collect()
    };
    Sheet {
        id: format!("claim-{}-{}", finding.claim, index + 1),
        title: measures.title.clone(),
        caption: measures.caption.clone(),
        header: ["network", "skip"].map(str::to_owned).into_iter().chain(columns).collect(),
        rows: measures.lines.iter().map(line).collect(),
        left: 2,
    }
}

/// A number with its interval, as its kind is written.
fn written(quantity: Quantity, estimate: &Estimate) -> String {
    match quantity {
        Quantity::Share => number(Metric::TestAccuracy, estimate),
        Quantity::Difference => points(estimate),
        Quantity::Ratio => ratio(estimate),
        Quantity::Bytes => number(Metric::TrainMemory, estimate),
        Quantity::Count => number(Metric::Params, estimate),
        Quantity::Rate => number(Metric::TrainThroughput, estimate),
        Quantity::Number => with_interval(estimate, significant),
    }
}

/// Ratios far from 1 need more digits than [`times`] writes.
fn ratio(estimate: &Estimate) -> String {
    let usual = |value: f64| (0.1..1000.0).contains(&value);
    let ends = [Some(estimate.value), estimate.low, estimate.high];
    if ends.into_iter().flatten().all(usual) {
        times(estimate)
    } else {
        format!("×{}", with_interval(estimate, significant))
    }
}

fn with_interval(estimate: &Estimate, written: fn(f64) -> String) -> String {
    let value = written(estimate.value);
    match (estimate.low.map(written), estimate.high.map(written)) {
        (Some(low), Some(high)) if low != high => format!("{value} [{low}, {high}]"),
        _ => value,
    }
}

/// Three digits that count.
fn significant(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        _ if size == 0.0 => "0".to_owned(),
        _ if !(1e-3..1e6).contains(&size) => format!("{value:.2e}"),
        _ => {
            let digits = (2 - size.log10().floor() as i32).clamp(0, 6) as usize;
            format!("{value:.digits$}")
        }
    };
    text.replace('-', "−")
}

/// A bound.
fn bare(quantity: Quantity, bound: f64) -> String {
    match quantity {
        Quantity::Share => format!("{} %", bound * 100.0),
        Quantity::Difference => format!("{}", bound * 100.0),
        Quantity::Ratio => format!("×{bound}"),
        _ => format!("{bound}"),
    }
}
