//! Describes the answer in plain words: what each skip cost, and what it was good for. The numbers with their intervals
//! are elsewhere.

use super::change::Span;
use super::is_shown;
use crate::analyses::answer::{Answer, Effect};
use crate::analyses::metric::Metric;
use crate::analyses::quantity::capitalize;
use crate::rows::style;

/// Returns one sentence for each style on what it cost, then one or two on what was learned. Only what was shown counts
/// as a change.
pub fn describe_answers(answers: &[Answer]) -> Vec<String> {
    let mut kinds: Vec<Kind<'_>> = Vec::new();
    for effect in answers.iter().flat_map(|answer| &answer.effects) {
        let kind = (effect.style.as_str(), effect.against.as_str());
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let costs = kinds.iter().filter_map(|kind| describe_costs(answers, *kind));
    costs.chain(describe_failures(answers)).chain(describe_gains(answers, &kinds)).collect()
}

/// A style, and the one that it is compared with.
type Kind<'a> = (&'a str, &'a str);

fn of<'a>(answer: &'a Answer, (style, against): Kind<'a>) -> impl Iterator<Item = &'a Effect> {
    answer.effects.iter().filter(move |effect| effect.style == style && effect.against == against)
}

/// Formats `Concatenation halved training speed and doubled peak training memory.`
fn describe_costs(answers: &[Answer], kind: Kind<'_>) -> Option<String> {
    let costs: Vec<&Answer> =
        answers.iter().filter(|answer| !answer.metric.is_share() && of(answer, kind).next().is_some()).collect();
    let clauses: Vec<(Metric, Option<String>)> =
        costs.iter().map(|answer| (answer.metric, describe_cost(answer, kind))).collect();
    let told: Vec<&str> = clauses.iter().filter_map(|(_, told)| told.as_deref()).collect();
    let silent: Vec<&str> =
        clauses.iter().filter(|(_, told)| told.is_none()).map(|(metric, _)| metric.subject()).collect();
    let judged = costs.iter().flat_map(|answer| of(answer, kind)).any(|effect| effect.contrast.estimate.low.is_some());
    let said = match (&told[..], &silent[..]) {
        ([], []) => return None,
        ([], _) if !judged => "has too few repeats to show what it costs".to_owned(),
        ([], _) => "cost nothing that could be measured".to_owned(),
        (_, []) => join(&told),
        _ => format!("{}; no change in {} was shown", join(&told), silent.join(" or ")),
    };
    Some(format!("{} {said}.", format_subject(kind)))
}

/// Formats `Addition`, or `Against addition, concatenation` where no network is without a skip.
fn format_subject((style, against): Kind<'_>) -> String {
    match against {
        style::NONE => capitalize(style::noun(style)),
        _ => format!("Against {}, {}", style::noun(against), style::noun(style)),
    }
}

/// Describes one cost. It is empty if no group shows a change.
fn describe_cost(answer: &Answer, kind: Kind<'_>) -> Option<String> {
    let metric = answer.metric;
    let shown = |effect: &Effect| is_shown(effect, metric);
    if !of(answer, kind).any(shown) {
        return None;
    }
    let ratio = |effect: &Effect| if shown(effect) { effect.contrast.estimate.value } else { 1.0 };
    let span = Span::of(&of(answer, kind).map(ratio).collect::<Vec<f64>>())?;
    let subject = metric.subject();
    Some(if metric.more_is_better() { span.describe_speed(subject) } else { span.describe_amount(subject) })
}

/// Joins clauses. Two clauses with one verb need it once.
fn join(clauses: &[&str]) -> String {
    let same = clauses.iter().all(|clause| clause.starts_with(CHANGED));
    let shorter = |(index, clause): (usize, &&str)| {
        let again = same && index > 0;
        if again { clause.trim_start_matches(CHANGED).to_owned() } else { (*clause).to_owned() }
    };
    clauses.iter().enumerate().map(shorter).collect::<Vec<String>>().join(" and ")
}

const CHANGED: &str = "changed ";

fn accuracies(answers: &[Answer]) -> impl Iterator<Item = &Effect> {
    answers.iter().filter(|answer| answer.metric.is_share()).flat_map(|answer| &answer.effects)
}

/// Returns whether the network that it is compared with learned nothing.
fn has_failed_base(effect: &Effect) -> bool {
    effect.learned.is_some_and(|(_, base)| !base)
}

/// Formats `Without a skip 58 layers did not learn; with either they did.`
fn describe_failures(answers: &[Answer]) -> Vec<String> {
    let failed: Vec<&Effect> = accuracies(answers).filter(|effect| has_failed_base(effect)).collect();
    let mut depths: Vec<(&str, u64)> = failed.iter().map(|effect| (&*effect.against, effect.depth)).collect();
    depths.sort_unstable();
    depths.dedup();
    let one = |(against, depth): (&str, u64)| {
        let own: Vec<&Effect> =
            failed.iter().copied().filter(|effect| effect.against == against && effect.depth == depth).collect();
        let learned: Vec<&str> =
            styles(own.iter().copied().filter(|effect| effect.learned.is_some_and(|(learned, _)| learned)));
        let all = learned.len() == styles(own.iter().copied()).len();
        let did = match &learned[..] {
            [] => "nor did they with one".to_owned(),
            [one] => format!("with {} they did", style::noun(one)),
            [_, _] if all => "with either they did".to_owned(),
            _ => "with all others they did".to_owned(),
        };
        let without =
            if against == style::NONE { "Without a skip".to_owned() } else { format!("With {}", style::noun(against)) };
        format!("{without} {depth} layers did not learn; {did}.")
    };
    depths.into_iter().map(one).collect()
}

/// Returns every style once, in the order of the effects.
fn styles<'a>(effects: impl Iterator<Item = &'a Effect>) -> Vec<&'a str> {
    let mut styles: Vec<&str> = Vec::new();
    for effect in effects {
        if !styles.contains(&&*effect.style) {
            styles.push(&effect.style);
        }
    }
    styles
}

/// Formats `Elsewhere addition gained 4 points of test accuracy; no difference was shown for concatenation.`
fn describe_gains(answers: &[Answer], kinds: &[Kind<'_>]) -> Option<String> {
    let answer = answers.iter().find(|answer| answer.metric.is_share())?;
    let mut gains: Vec<(&str, Vec<f64>)> = Vec::new();
    for kind in kinds {
        let effects: Vec<&Effect> = of(answer, *kind).filter(|effect| !has_failed_base(effect)).collect();
        let shown = effects.iter().filter(|effect| is_shown(effect, answer.metric));
        let points: Vec<f64> = shown.map(|effect| effect.contrast.estimate.value * 100.0).collect();
        gains.extend((!effects.is_empty()).then_some((kind.0, points)));
    }
    let subject = answer.metric.subject();
    let elsewhere = if answer.effects.iter().any(has_failed_base) { "elsewhere " } else { "" };
    if gains.is_empty() {
        return None;
    }
    let said: Vec<Option<String>> = gains.iter().map(|(_, points)| describe_points(points)).collect();
    let said = match &said[..] {
        _ if said.iter().all(Option::is_none) => format!("no difference in {subject} was shown"),
        [Some(one), Some(other)] if one == other => format!("both {one} of {subject}"),
        _ => describe_each(&gains, subject),
    };
    Some(format!("{}.", capitalize(&format!("{elsewhere}{said}"))))
}

/// Formats `addition gained 4 points of test accuracy; no difference was shown for concatenation`.
fn describe_each(gains: &[(&str, Vec<f64>)], subject: &str) -> String {
    let first = gains.iter().position(|(_, points)| !points.is_empty());
    let clause = |(index, (style, points)): (usize, &(&str, Vec<f64>))| {
        // Said once, of the first number.
        let of = if first == Some(index) { format!(" of {subject}") } else { String::new() };
        match describe_points(points) {
            Some(change) => format!("{} {change}{of}", style::noun(style)),
            None => format!("no difference was shown for {}", style::noun(style)),
        }
    };
    gains.iter().enumerate().map(clause).collect::<Vec<String>>().join("; ")
}

/// Formats `gained 4 points`, `lost 1 to 3 points`, `changed by −1 to +2 points`. Without points it says nothing.
fn describe_points(points: &[f64]) -> Option<String> {
    let end = |of: fn(f64, f64) -> f64| points.iter().copied().reduce(of);
    let (low, high) = (end(f64::min)?, end(f64::max)?);
    let whole =
        |value: f64| if value.abs() < 1.0 { format!("{:.1}", value.abs()) } else { format!("{:.0}", value.abs()) };
    let range = |small: f64, large: f64| match (whole(small), whole(large)) {
        (small, large) if small == large => large,
        (small, large) => format!("{small} to {large}"),
    };
    Some(match (low, high) {
        _ if low > 0.0 => format!("gained {} points", range(low, high)),
        _ if high < 0.0 => format!("lost {} points", range(high, low)),
        _ => format!("changed by −{} to +{} points", whole(low), whole(high)),
    })
}
