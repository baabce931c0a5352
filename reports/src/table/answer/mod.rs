//! Formats the answer: [in words](words), [as a table](effects), and here in numbers, a sentence for each metric.

mod change;
mod effects;
mod words;

use super::effect::SMALL;
use super::format::Format;
use super::plain::format_sentence;
use crate::analyses::answer::{Answer, Effect};
use crate::analyses::compare::{CHANCE, is_within_margin};
use crate::analyses::metric::Metric;
use crate::analyses::quantity::format_number_of;
use crate::rows::style;

use super::number::{format_fine_ratio, format_points, format_ratio};

pub use effects::effects;
pub use words::describe_answers;

/// Largest number of groups named in a sentence. The tables have them all.
const NAMED: usize = 4;

/// Formats one sentence for each answer.
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
    format!("{question} in {}{unit} — {}{}.", metric.subject(), clauses.join("; "), format_counts(&answer.effects))
}

/// Formats how many repeats or sets are behind the numbers: ` (3 repeats)`, ` (3 repeats, 5 sets)`.
fn format_counts(effects: &[Effect]) -> String {
    let (sets, apart): (Vec<&Effect>, Vec<&Effect>) = effects.iter().partition(|effect| effect.turns);
    let counts = [format_count(&apart, "repeat"), format_count(&sets, "set")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) }
}

fn format_count(effects: &[&Effect], noun: &str) -> Option<String> {
    let counts = effects.iter().map(|effect| effect.contrast.estimate.n);
    let (low, high) = (counts.clone().min()?, counts.max()?);
    let count = format_number_of(high, noun);
    Some(if low < high { format!("{low} to {count}") } else { count })
}

/// Formats `addition against no skip: +3.7 [+1.4, +6.0] in families, …`.
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
    let number = match (metric.is_share(), effect.turns) {
        (true, _) => format_points(estimate),
        (_, true) => format_fine_ratio(estimate),
        _ => format_ratio(estimate),
    };
    let by = effect.model.as_ref().map_or(String::new(), |model| format!(" by {model}"));
    let against = effect.base.as_ref().map_or(String::new(), |base| format!(" against {base}"));
    format!("{number}{by}{against} in {}", effect.group)
}

/// Returns whether a number may be called an effect.
fn is_shown(effect: &Effect, metric: Metric) -> bool {
    describe_doubt(effect, metric).is_empty()
}

/// Describes what keeps a number from being called an effect.
fn describe_doubt(effect: &Effect, metric: Metric) -> &'static str {
    let (estimate, none) = (&effect.contrast.estimate, if metric.is_share() { 0.0 } else { 1.0 });
    match estimate.low {
        None => "too few repeats for an interval",
        Some(_) if effect.turns && is_within_margin(estimate) => SMALL,
        Some(_) if !estimate.excludes(none) => "no difference shown",
        Some(_) if effect.corrected_p.is_none_or(|p| p > CHANCE) => "could be chance among so many comparisons",
        Some(_) => "",
    }
}
