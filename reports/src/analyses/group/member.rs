//! One model of a group, and what pairs it with another.

use std::collections::BTreeMap;

use super::replicate::Replicate;
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
    /// For each metric, the value of each replicate.
    pub values: BTreeMap<Metric, BTreeMap<Replicate, f64>>,
    /// For each metric that is a share, of how many images; the fewest, were it not always as many.
    pub images: BTreeMap<Metric, u64>,
    /// Cells of this model that were not measured: the task, the seed and why.
    pub failures: Vec<Failure>,
}

impl Member {
    pub(super) fn of(row: &RunRow) -> Self {
        let (model, family, skip) = (row.model.clone(), row.family.clone(), row.skip.clone());
        Self { model, family, skip, values: BTreeMap::new(), images: BTreeMap::new(), failures: Vec::new() }
    }

    /// Takes what a row of this model measured, or why it did not.
    pub(super) fn add(&mut self, row: &RunRow) {
        if row.status != Status::Ok {
            let (task, seed, status, error) = (row.task.clone(), row.seed, row.status, row.error.clone());
            self.failures.push(Failure { task, seed, status, error });
        }
        let replicate = Replicate { seed: row.seed, round: row.round };
        for metric in Metric::ALL {
            if let Some(value) = metric.of(row) {
                self.values.entry(metric).or_default().insert(replicate, value);
                if let Some(images) = metric.images(row) {
                    self.images.entry(metric).and_modify(|fewest| *fewest = images.min(*fewest)).or_insert(images);
                }
            }
        }
    }

    /// The mean of `metric` over replicates.
    pub fn mean(&self, metric: Metric) -> Option<Estimate> {
        stats::mean_interval(&self.values.get(&metric)?.values().copied().collect::<Vec<f64>>())
    }

    /// How the member joins: its skip, but that of a Transformer, which is another network altogether, by that name.
    pub fn style(&self) -> &str {
        style::grouped(&self.family, &self.skip)
    }

    /// What the replicates that both have say of a share's difference from `reference`; none of what is not a share.
    pub fn difference(&self, reference: &Member, metric: Metric) -> Option<Contrast> {
        paired::counted_difference(&self.pairs(reference, metric), *self.images.get(&metric)?)
    }

    /// What they say of the ratio to `reference`.
    pub fn ratio(&self, reference: &Member, metric: Metric) -> Option<Contrast> {
        paired::ratio(&self.pairs(reference, metric))
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
    /// How it ended.
    pub status: Status,
    /// Why.
    pub error: String,
}
