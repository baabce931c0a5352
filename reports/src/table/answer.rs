//! The answer in sentences, one a metric.

use super::format::Format;
use super::plain::format_sentence;
use crate::analyses::answer::{Answer, Effect};
use crate::analyses::compare::CHANCE;
use crate::analyses::metric::Metric;
use crate::rows::style;

use super::number::{format_points, format_ratio};

/// Groups named in a sentence; the tables have them all.
const NAMED: usize = 4;

/// One sentence for each answer.
pub fn format_answers(answers: &[Answer], format: Format) -> Vec<String> {
    answers.iter().map(|answer| format_sentence(&describe_answer(answer), format)).collect()
}

fn describe_answer(answer: &Answer) -> String {
    let clauses = answer.effects.chunk_by(|a, b| (&a.style, &a.against) == (&b.style, &b.against));
    let clauses: Vec<String> = clauses.map(|effects| format_clause(effects, answer.metric)).collect();
    let metric = answer.metric;
    let buys = metric.is_share() || metric == Metric::TimeToAccuracy;
    let question = if buys { "What it buys" } else { "What it costs" };
    let unit = if metric.is_share() { " (percentage points)" } else { "" };
    format!("{question} in {}{unit} — {}{}.", metric.subject(), clauses.join("; "), format_pair_count(&answer.effects))
}

/// How many pairs are behind the numbers.
fn format_pair_count(effects: &[Effect]) -> String {
    let counts = effects.iter().map(|effect| effect.contrast.estimate.n);
    match (counts.clone().min(), counts.max()) {
        (Some(low), Some(high)) if low < high => format!(" (n = {low} to {high} pairs)"),
        (Some(n), _) => format!(" (n = {n} pairs)"),
        _ => String::new(),
    }
}

/// `addition against no skip: +3.7 [+1.4, +6.0] in families, …`
fn format_clause(effects: &[Effect], metric: Metric) -> String {
    let first = &effects[0];
    let doubts: Vec<&str> = effects.iter().map(|effect| describe_doubt(effect, metric)).collect();
    let alike = doubts.iter().all(|doubt| *doubt == doubts[0]);
    let format = |(effect, doubt): (&Effect, &&str)| match (alike, doubt.is_empty()) {
        (true, _) | (_, true) => format_effect(effect, metric),
        _ => format!("{} ({doubt})", format_effect(effect, metric)),
    };
    let named: Vec<String> = effects.iter().zip(&doubts).take(NAMED).map(format).collect();
    let (open, close) =
        if alike && !doubts[0].is_empty() { (format!("{} (", doubts[0]), ")") } else { (String::new(), "") };
    let more = match effects.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more in the tables"),
    };
    format!(
        "{} against {}: {open}{}{more}{close}",
        style::noun(&first.style),
        style::noun(&first.against),
        named.join(", ")
    )
}

fn format_effect(effect: &Effect, metric: Metric) -> String {
    let estimate = &effect.contrast.estimate;
    let number = if metric.is_share() { format_points(estimate) } else { format_ratio(estimate) };
    let by = effect.model.as_ref().map_or(String::new(), |model| format!(" by {model}"));
    let against = effect.base.as_ref().map_or(String::new(), |base| format!(" against {base}"));
    format!("{number}{by}{against} in {}", effect.group)
}

/// What keeps a number from being called an effect.
fn describe_doubt(effect: &Effect, metric: Metric) -> &'static str {
    let (estimate, none) = (&effect.contrast.estimate, if metric.is_share() { 0.0 } else { 1.0 });
    match estimate.low {
        None => "no interval",
        Some(_) if !estimate.excludes(none) => "no difference shown",
        Some(_) if effect.corrected_p.is_none_or(|p| p > CHANCE) => "not after Holm's correction",
        Some(_) => "",
    }
}
