//! One model of a group, and what pairs it with another.

use std::collections::BTreeMap;

use super::replicate::Replicate;
use super::turns::Turns;
use crate::analyses::metric::Metric;
use crate::rows::record::{RunRow, Status};
use crate::rows::style;
use crate::stats::paired::{self, Contrast};
use crate::stats::{self, Estimate};

/// One model of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Name.
    pub model: String,
    /// Family.
    pub family: String,
    /// Skip style.
    pub skip: String,
    /// Weighted layers (of a Transformer, blocks).
    pub depth: u64,
    /// Classes of the images; 0 where rows do not say.
    pub classes: u64,
    /// For each metric, the value of each replicate.
    pub values: BTreeMap<Metric, BTreeMap<Replicate, f64>>,
    /// For each metric that is a share, of how many images; the fewest, were it not always as many.
    pub images: BTreeMap<Metric, u64>,
    /// For each metric that was timed in turns with the group's reference, what the sets say.
    turns: BTreeMap<Metric, Turns>,
    /// Cells of this model that were not measured: the task, the seed and why.
    pub failures: Vec<Failure>,
}

impl Member {
    pub(super) fn of(row: &RunRow) -> Self {
        Self {
            model: row.model.clone(),
            family: row.family.clone(),
            skip: row.skip.clone(),
            depth: row.depth,
            classes: row.classes,
            values: BTreeMap::new(),
            images: BTreeMap::new(),
            turns: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    /// Takes what a row of this model measured, or why it did not.
    pub(super) fn add(&mut self, row: &RunRow) {
        if row.status != Status::Ok {
            self.failures.push(Failure::of(row));
        }
        for metric in Metric::ALL {
            if let Some(value) = metric.of(row) {
                self.values.entry(metric).or_default().insert(Replicate::of(row, metric), value);
                if let Some(images) = metric.images(row) {
                    self.images.entry(metric).and_modify(|fewest| *fewest = images.min(*fewest)).or_insert(images);
                }
            }
        }
        if let Some(metric) = Metric::of_turns(&row.task).filter(|_| row.status == Status::Ok) {
            self.turns.entry(metric).or_default().add(metric, row);
        }
    }

    /// `metric` by itself: the mean over replicates; of what was measured in sets their median.
    pub fn mean(&self, metric: Metric) -> Option<Estimate> {
        let values = self.values.get(&metric)?;
        let numbers: Vec<f64> = values.values().copied().collect();
        if values.keys().any(|replicate| replicate.set.is_some()) {
            stats::median_interval(&numbers)
        } else {
            stats::mean_interval(&numbers)
        }
    }

    /// Sets behind `metric`; 0 where it was measured alone.
    pub fn sets(&self, metric: Metric) -> usize {
        self.values.get(&metric).map_or(0, |values| values.keys().filter(|one| one.set.is_some()).count())
    }

    /// How the member joins: its skip, but that of a Transformer, which is another network altogether, by that name.
    pub fn style(&self) -> &str {
        style::grouped(&self.family, &self.skip)
    }

    /// What the replicates that both have say of a share's difference from `reference`; none of what is not a share.
    pub fn difference(&self, reference: &Member, metric: Metric) -> Option<Contrast> {
        paired::counted_difference(&self.pairs(reference, metric), *self.images.get(&metric)?)
    }

    /// The ratio to `base` of the same group. Of what took turns it is that of the turns, over the sets; of all else
    /// that of the replicates that both have. None if only one of the two took turns.
    pub fn ratio(&self, base: &Member, metric: Metric) -> Option<Contrast> {
        match (self.turns_of(metric), base.turns_of(metric)) {
            (Some(own), Some(base)) => own.ratio(base),
            (None, None) => self.ratio_apart(base, metric),
            _ => None,
        }
    }

    /// The ratio to a member of another group or run, which took no turns with this one: replicate by replicate.
    pub fn ratio_apart(&self, base: &Member, metric: Metric) -> Option<Contrast> {
        paired::ratio(&self.pairs(base, metric))
    }

    /// Whether the ratio to `base` of the same group is one of turns.
    pub fn took_turns(&self, base: &Member, metric: Metric) -> bool {
        self.turns_of(metric).is_some() && base.turns_of(metric).is_some()
    }

    fn turns_of(&self, metric: Metric) -> Option<&Turns> {
        self.turns.get(&metric).filter(|turns| !turns.is_empty())
    }

    /// What `metric` is judged by: the difference of shares, the ratio of all else.
    pub fn contrast(&self, reference: &Member, metric: Metric) -> Option<Contrast> {
        if metric.is_share() { self.difference(reference, metric) } else { self.ratio(reference, metric) }
    }

    /// The values of `metric` that this member and `reference` both have, replicate by replicate.
    pub fn pairs(&self, reference: &Member, metric: Metric) -> Vec<(f64, f64)> {
        self.paired(reference, metric).collect()
    }

    /// [`pairs`](Self::pairs), one by one.
    pub(crate) fn paired(&self, reference: &Member, metric: Metric) -> impl Iterator<Item = (f64, f64)> {
        let both = self.values.get(&metric).zip(reference.values.get(&metric));
        both.into_iter().flat_map(|(own, base)| {
            base.iter().filter_map(move |(replicate, base)| Some((*own.get(replicate)?, *base)))
        })
    }
}

/// A cell that was not measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Its task.
    pub task: String,
    /// Its seed.
    pub seed: u64,
    /// Its set; none of what was measured alone.
    pub set: Option<u64>,
    /// How it ended.
    pub status: Status,
    /// Why.
    pub error: String,
}

impl Failure {
    fn of(RunRow { task, seed, set, status, error, .. }: &RunRow) -> Self {
        Self { task: task.clone(), seed: *seed, set: *set, status: *status, error: error.clone() }
    }
}
