//! Describes one model of a group, and pairs it with another.

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
    /// Name of the model.
    pub model: String,
    /// Word of the family.
    pub family: String,
    /// Word of the skip style.
    pub skip: String,
    /// Depth in weighted layers, or a Transformer's blocks.
    pub depth: u64,
    /// Number of classes of the images; 0 where rows do not say.
    pub classes: u64,
    /// Values of each metric, by replicate.
    pub values: BTreeMap<Metric, BTreeMap<Replicate, f64>>,
    /// For each metric that is a share, the number of images that it is a share of. If the number varies, it is the
    /// smallest.
    pub images: BTreeMap<Metric, u64>,
    /// For each metric that was timed in turns with the group's reference, the results of the sets.
    turns: BTreeMap<Metric, Turns>,
    /// Cells of this model that were not measured.
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

    /// Adds what a row of this model measured, or why it did not.
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

    /// Returns `metric` by itself: the mean over replicates, or the median over sets.
    pub fn mean(&self, metric: Metric) -> Option<Estimate> {
        let values = self.values.get(&metric)?;
        let numbers: Vec<f64> = values.values().copied().collect();
        if values.keys().any(|replicate| replicate.set.is_some()) {
            stats::median_interval(&numbers)
        } else {
            stats::mean_interval(&numbers)
        }
    }

    /// Returns the number of sets behind `metric`; 0 if it was measured alone.
    pub fn sets(&self, metric: Metric) -> usize {
        self.values.get(&metric).map_or(0, |values| values.keys().filter(|one| one.set.is_some()).count())
    }

    /// Returns how the member joins: its skip, or that it is a Transformer, which is another network altogether.
    pub fn style(&self) -> &str {
        style::grouped(&self.family, &self.skip)
    }

    /// Returns the difference of a share from `reference`, over the replicates that both have. Metrics that are not
    /// shares have none.
    pub fn difference(&self, reference: &Member, metric: Metric) -> Option<Contrast> {
        paired::counted_difference(&self.pairs(reference, metric), *self.images.get(&metric)?)
    }

    /// Returns the ratio to `base` of the same group. If both took turns it is over the sets; otherwise it is over the
    /// replicates that both have. There is none if only one of the two took turns.
    pub fn ratio(&self, base: &Member, metric: Metric) -> Option<Contrast> {
        match (self.turns_of(metric), base.turns_of(metric)) {
            (Some(own), Some(base)) => own.ratio(base),
            (None, None) => self.ratio_apart(base, metric),
            _ => None,
        }
    }

    /// Returns the ratio to a member of another group or run, which took no turns with this one, replicate by
    /// replicate.
    pub fn ratio_apart(&self, base: &Member, metric: Metric) -> Option<Contrast> {
        paired::ratio(&self.pairs(base, metric))
    }

    /// Returns whether the ratio to `base` of the same group is one of turns.
    pub fn took_turns(&self, base: &Member, metric: Metric) -> bool {
        self.turns_of(metric).is_some() && base.turns_of(metric).is_some()
    }

    fn turns_of(&self, metric: Metric) -> Option<&Turns> {
        self.turns.get(&metric).filter(|turns| !turns.is_empty())
    }

    /// Returns what `metric` is judged by: the difference of shares, and the ratio of all else.
    pub fn contrast(&self, reference: &Member, metric: Metric) -> Option<Contrast> {
        if metric.is_share() { self.difference(reference, metric) } else { self.ratio(reference, metric) }
    }

    /// Returns the values of `metric` that this member and `reference` both have, replicate by replicate.
    pub fn pairs(&self, reference: &Member, metric: Metric) -> Vec<(f64, f64)> {
        self.paired(reference, metric).collect()
    }

    /// Iterates over [`pairs`](Self::pairs).
    pub(crate) fn paired(&self, reference: &Member, metric: Metric) -> impl Iterator<Item = (f64, f64)> {
        let both = self.values.get(&metric).zip(reference.values.get(&metric));
        both.into_iter().flat_map(|(own, base)| {
            base.iter().filter_map(move |(replicate, base)| Some((*own.get(replicate)?, *base)))
        })
    }
}

/// Describes a cell that was not measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Task of the cell.
    pub task: String,
    /// Seed of the cell.
    pub seed: u64,
    /// Set of the cell; `None` if it was measured alone.
    pub set: Option<u64>,
    /// How the cell ended.
    pub status: Status,
    /// Reason why it was not measured.
    pub error: String,
}

impl Failure {
    fn of(RunRow { task, seed, set, status, error, .. }: &RunRow) -> Self {
        Self { task: task.clone(), seed: *seed, set: *set, status: *status, error: error.clone() }
    }
}
