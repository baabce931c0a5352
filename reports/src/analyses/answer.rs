//! Answers the question itself: what each skip style changes against the network without a skip in the same matched
//! group.

use crate::analyses::group::{Group, Member};
use crate::analyses::metric::Metric;
use crate::rows::style;
use crate::stats;
use crate::stats::paired::Contrast;
use crate::stats::parallel;

/// Describes what one style changes in one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Name of the group.
    pub group: String,
    /// Word of the style: `add` or `concat`.
    pub style: String,
    /// Name of the network, where the group has several of that style.
    pub model: Option<String>,
    /// Style that it is compared with: `none`, or `add` where the group has no network without a skip.
    pub against: String,
    /// Name of the network that it is compared with, where the group has several of that style. It is the group's
    /// reference if that is one of them, and otherwise the first.
    pub base: Option<String>,
    /// Depth of the network that it is compared with, in weighted layers or a Transformer's blocks.
    pub depth: u64,
    /// Whether each network learned anything: this one, and the one it is compared with. `None` without accuracies.
    pub learned: Option<(bool, bool)>,
    /// Difference (of shares) or ratio of the metric.
    pub contrast: Contrast,
    /// Whether it is a ratio of turns, over sets.
    pub turns: bool,
    /// P-value, corrected for all effects of all answers ([`stats::holm`]).
    pub corrected_p: Option<f64>,
}

/// Holds the effects on one metric, over all groups and styles.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Metric that the answer is about.
    pub metric: Metric,
    /// Effects, by style, then in the order of the groups.
    pub effects: Vec<Effect>,
}

/// Lists what a skip buys (accuracy) and costs (time, memory). Of each list the first metric that was measured is used.
const QUESTIONS: [&[Metric]; 3] = [
    &[Metric::TestAccuracy, Metric::TimeToAccuracy],
    &[Metric::TrainThroughput, Metric::EpochThroughput, Metric::InferThroughput, Metric::Latency],
    &[Metric::TrainMemory, Metric::SavedMemory, Metric::InferMemory],
];

/// Returns up to three answers, and none if no group has two styles.
pub fn answers(groups: &[Group]) -> Vec<Answer> {
    let first = |metrics: &[Metric]| metrics.iter().find_map(|metric| answer(groups, *metric));
    let mut answers: Vec<Answer> = QUESTIONS.iter().filter_map(|metrics| first(metrics)).collect();
    correct(&mut answers);
    answers
}

fn correct(answers: &mut [Answer]) {
    let effects = answers.iter_mut().flat_map(|answer| &mut answer.effects);
    let tested: Vec<(&mut Effect, f64)> = effects.filter_map(|effect| effect.contrast.p.map(|p| (effect, p))).collect();
    let corrected = stats::holm(&tested.iter().map(|(_, p)| *p).collect::<Vec<f64>>());
    for ((effect, _), p) in tested.into_iter().zip(corrected) {
        effect.corrected_p = Some(p);
    }
}

fn answer(groups: &[Group], metric: Metric) -> Option<Answer> {
    let of = |style: &'static str| parallel::map(groups, |group| effects(group, style, metric));
    let effects: Vec<Effect> = [style::ADD, style::CONCAT].into_iter().flat_map(of).flatten().collect();
    (!effects.is_empty()).then_some(Answer { metric, effects })
}

/// Returns one effect for each network of the style.
fn effects(group: &Group, style: &str, metric: Metric) -> Vec<Effect> {
    let of =
        |style: &str| group.members.iter().filter(|member| member.style() == style && has(member, metric)).collect();
    let (members, plain): (Vec<&Member>, Vec<&Member>) = (of(style), of(style::NONE));
    let bases = if plain.is_empty() && style != style::ADD { of(style::ADD) } else { plain };
    let reference = bases.iter().find(|member| member.model == group.identity.reference);
    let Some(base) = reference.or(bases.first()) else { return Vec::new() };
    let effect = |member: &&Member| {
        Some(Effect {
            group: group.identity.group.clone(),
            style: style.to_owned(),
            model: (members.len() > 1).then(|| member.model.clone()),
            against: base.style().to_owned(),
            base: (bases.len() > 1).then(|| base.model.clone()),
            depth: base.depth,
            learned: learned(member).zip(learned(base)),
            contrast: member.contrast(base, metric)?,
            turns: member.took_turns(base, metric),
            corrected_p: None,
        })
    };
    members.iter().filter_map(effect).collect()
}

/// Share of the way from guessing to always right that a network must go to have learned anything: a tenth.
const LEARNED: f64 = 0.1;

fn learned(member: &Member) -> Option<bool> {
    let accuracy = member.mean(Metric::TestAccuracy)?.value;
    let guessing = 1.0 / member.classes.max(1) as f64;
    // Rows that do not say how many classes there are say nothing of guessing.
    Some(member.classes < 2 || accuracy > guessing + LEARNED * (1.0 - guessing))
}

fn has(member: &Member, metric: Metric) -> bool {
    member.values.contains_key(&metric)
}
