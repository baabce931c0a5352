//! Formats findings as rows of text, which terminal and Markdown share.

use skipbench_reports::stats::Estimate;
use skipbench_reports::table::{TextTable, format_line};

use crate::finding::{Class, Finding, UNMEASURED, Value, Verdict};
use crate::gate::Judgment;

/// Tabulates what changed or was inconclusive, one line each, or every finding.
pub fn findings(judgment: &Judgment, all: bool) -> TextTable {
    let worth = |finding: &&Finding| all || !matches!(finding.verdict, Verdict::Pass | Verdict::Refused);
    let header = ["verdict", "cell", "metric", "base", "head", "effect", "n", "limit", "noise floor", "layout", "why"];
    TextTable {
        id: "gate".to_owned(),
        title: format_summary(judgment),
        caption: reasons(judgment).join("\n"),
        header: header.map(str::to_owned).to_vec(),
        rows: judgment.findings.iter().filter(worth).map(row).collect(),
        left: 3,
    }
}

/// Formats `regressed: 1 regressed, 0 inconclusive, …`.
pub(super) fn format_summary(judgment: &Judgment) -> String {
    let broken = Some(Verdict::Broken).filter(|verdict| judgment.count(*verdict) > 0);
    let order = [Verdict::Regressed, Verdict::Inconclusive, Verdict::Improved, Verdict::Pass, Verdict::Refused];
    let counts = broken.into_iter().chain(order);
    let counts: Vec<String> = counts.map(|verdict| format!("{} {}", judgment.count(verdict), tally(verdict))).collect();
    let Judgment { due, judged, .. } = judgment;
    let (word, counts) = (judgment.verdict.word(), counts.join(", "));
    format!("gate: {word}. {counts}. Judged {judged} of the base's {due} values")
}

/// Lists why metrics were not judged, each reason once, and what must be known about turns.
fn reasons(judgment: &Judgment) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for finding in judgment.findings.iter().filter(|finding| finding.verdict == Verdict::Refused) {
        let what: &str = if finding.metric == UNMEASURED { &finding.cell } else { finding.metric };
        let reason = format_line(&format!("not judged: {what}: {}", finding.why));
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    if judgment.new_cells > 0 {
        let (cells, rest) = match judgment.new_cells {
            1 => ("1 cell".to_owned(), "is not in the base; it is not judged"),
            count => (format!("{count} cells"), "are not in the base; they are not judged"),
        };
        reasons.push(format!("{cells} of the head {rest}"));
    }
    if judgment.dropped_turns > 0 {
        let Judgment { turns, dropped_turns, .. } = judgment;
        let why = "because something else had the processor meanwhile (another guest, or another process)";
        reasons.push(format!("{dropped_turns} of {turns} turns were left out of the times, {why}"));
    }
    reasons.extend(judgment.restless.iter().map(|restless| format_line(&restless.to_string())));
    reasons
}

fn tally(verdict: Verdict) -> &'static str {
    if verdict == Verdict::Pass { "passed" } else { verdict.word() }
}

fn row(finding: &Finding) -> Vec<String> {
    let value = |value: &Option<Value>| value.as_ref().map(|value| format_value(finding, value)).unwrap_or_default();
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let limit = if finding.limit > 0.0 { percent(finding.limit) } else { "equal".to_owned() };
    vec![
        finding.verdict.word().to_owned(),
        finding.cell.to_string(),
        finding.metric.to_owned(),
        value(&finding.base),
        value(&finding.head),
        format_effect(finding),
        finding.n.to_string(),
        limit,
        finding.noise_floor.map(percent).unwrap_or_default(),
        finding.layout.as_deref().map(format_ratio).unwrap_or_default(),
        finding.why.clone(),
    ]
}

fn format_ratio(ratio: &Estimate) -> String {
    match (ratio.low, ratio.high) {
        (Some(low), Some(high)) => format!("×{:.3} [{low:.3}, {high:.3}]", ratio.value),
        _ => format!("×{:.3}", ratio.value),
    }
}

fn format_value(finding: &Finding, value: &Value) -> String {
    match (finding.class, value) {
        (_, Value::Count(count)) => count.to_string(),
        (_, Value::Word(word)) => word.clone(),
        (Class::Time, Value::Number(ns)) => format!("{:.3} ms", ns / 1e6),
        (Class::Accuracy, Value::Number(share)) => format!("{:.1} %", share * 100.0),
        (_, Value::Number(number)) => number.to_string(),
    }
}

/// Formats a ratio, or for accuracy a difference in points, with its interval.
pub(crate) fn format_effect(finding: &Finding) -> String {
    let number = |value: f64| match finding.class {
        Class::Accuracy => format!("{:+.1}", value * 100.0).replace('-', "−"),
        Class::Heap | Class::Work => format!("{value:.4}"),
        _ => format!("{value:.3}"),
    };
    let sign = if finding.class == Class::Accuracy { "" } else { "×" };
    match (finding.effect, finding.low, finding.high) {
        (Some(effect), Some(low), Some(high)) => {
            format!("{sign}{} [{}, {}]", number(effect), number(low), number(high))
        }
        (Some(effect), _, _) => format!("{sign}{}", number(effect)),
        _ => String::new(),
    }
}
