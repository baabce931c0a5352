//! The answer in sentences, one a metric.

use crate::answer::{Answer, Effect};
use crate::compare::CHANCE;
use crate::metric::Metric;

use super::format::{points, times, title};

/// Groups named in a sentence; the tables have them all.
const NAMED: usize = 4;

/// One sentence for each answer.
pub fn answers(answers: &[Answer]) -> Vec<String> {
    answers.iter().map(sentence).collect()
}

fn sentence(answer: &Answer) -> String {
    let clauses = answer.effects.chunk_by(|a, b| (&a.style, &a.against) == (&b.style, &b.against));
    let clauses: Vec<String> = clauses.map(|effects| clause(effects, answer.metric)).collect();
    let (what, unit) = match answer.metric {
        metric if metric.is_share() => (format!("What it buys, in {}", title(metric)), " (percentage points)"),
        Metric::TimeToAccuracy => ("What it buys, in time to accuracy".to_owned(), ""),
        metric => (format!("What it costs, in {}", title(metric)), ""),
    };
    format!("{what}{unit}: {}.", clauses.join("; "))
}

/// `addition against no skip: +3.7 [+1.4, +6.0] in families (n = 3), …`
fn clause(effects: &[Effect], metric: Metric) -> String {
    let first = &effects[0];
    let named: Vec<String> = effects.iter().take(NAMED).map(|effect| shown(effect, metric)).collect();
    let more = match effects.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more in the tables"),
    };
    format!("{} against {}: {}{more}", word(&first.style), word(&first.against), named.join(", "))
}

fn word(style: &str) -> &str {
    match style {
        "none" => "no skip",
        "add" => "addition",
        "concat" => "concatenation",
        other => other,
    }
}

fn shown(effect: &Effect, metric: Metric) -> String {
    let estimate = &effect.contrast.estimate;
    let (number, none) = if metric.is_share() { (points(estimate), 0.0) } else { (times(estimate), 1.0) };
    let doubt = match estimate.low {
        None => ", no interval",
        Some(_) if !estimate.excludes(none) => ", no difference shown",
        Some(_) if effect.corrected_p.is_none_or(|p| p > CHANCE) => ", not among many",
        Some(_) => "",
    };
    format!("{number} in {} (n = {}{doubt})", effect.group, estimate.n)
}
