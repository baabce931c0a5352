//! The question itself: what each skip style changes against the network without a skip in the same matched group.

use crate::analyses::group::{Group, Member};
use crate::analyses::metric::Metric;
use crate::rows::style;
use crate::stats;
use crate::stats::paired::Contrast;
use crate::stats::parallel;

/// What one style changes in one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The group.
    pub group: String,
    /// The style: `add` or `concat`.
    pub style: String,
    /// The network, where the group has several of that style.
    pub model: Option<String>,
    /// The style that it is held against: `none`, or `add` where the group has no network without a skip.
    pub against: String,
    /// The network that it is held against, where the group has several of that style: the group's reference if it is
    /// one of them, else the first.
    pub base: Option<String>,
    /// Weighted layers of the network that it is held against (of a Transformer, blocks).
    pub depth: u64,
    /// Whether each learned anything: the network, and the one that it is held against. None without accuracies.
    pub learned: Option<(bool, bool)>,
    /// The metric's difference (shares) or ratio.
    pub contrast: Contrast,
    /// Whether it is a ratio of turns, over sets.
    pub turns: bool,
    /// Its chance were there no effect, corrected for all effects of all answers ([`stats::holm`]).
    pub corrected_p: Option<f64>,
}

/// One metric, over all groups and styles.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What.
    pub metric: Metric,
    /// Its effects, by style, then in the order of the groups.
    pub effects: Vec<Effect>,
}

/// What a skip buys (accuracy) and costs (time, memory): for each the first metric that was measured.
const QUESTIONS: [&[Metric]; 3] = [
    &[Metric::TestAccuracy, Metric::TimeToAccuracy],
    &[Metric::TrainThroughput, Metric::EpochThroughput, Metric::InferThroughput, Metric::Latency],
    &[Metric::TrainMemory, Metric::SavedMemory, Metric::InferMemory],
];

/// Up to three answers; none if no group has two styles.
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

/// One for each network of the style.
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

/// A network learned nothing if guessing is about as good: it goes less than a tenth of the way from there to always
/// right.
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
