//! Holds the rows of one timed cell: base and head of each set, the base started again, and the relinked base.

use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::task;
use skipbench_reports::stats;

use super::time;
use crate::finding::{BASE, Class, Finding};
use crate::sets::SetTimes;

/// All rows of one cell. `base` and `head` are pairs.
pub(super) struct TimedCell<'a> {
    name: String,
    metric: &'static str,
    pub(super) base: Vec<&'a RunRow>,
    pub(super) head: Vec<&'a RunRow>,
    /// Rows of the base's twins.
    pub(super) again: Vec<&'a RunRow>,
    pub(super) relinked: Vec<&'a RunRow>,
}

impl<'a> TimedCell<'a> {
    pub(super) fn new(name: &str, metric: &'static str) -> Self {
        let rows = Vec::new;
        Self { name: name.to_owned(), metric, base: rows(), head: rows(), again: rows(), relinked: rows() }
    }

    pub(super) fn finding(&self) -> Finding {
        let n = self.base.len();
        Finding { n, ..Finding::of(&self.name, self.metric, Class::Time, self.head[0]) }
    }

    /// Returns why its times say nothing of each other, if they do not.
    pub(super) fn refusal(&self) -> Option<String> {
        let pairs = || self.base.iter().zip(&self.head);
        let why = if self.base[0].task == task::TRAIN_EPOCH {
            return Some(EPOCHS.to_owned());
        } else if pairs().any(|(base, head)| base.host != head.host) {
            "base and head were timed on two machines"
        } else if pairs().any(|(base, head)| base.set.is_none() || head.set.is_none()) {
            "base and head did not take turns step by step, or were measured by an earlier skipbench, cell by cell"
        } else if pairs().any(|(base, head)| !base.time_reference.is_empty() || head.time_reference != BASE) {
            "base and head were measured in two separate runs"
        } else {
            return None;
        };
        Some(format!("{why}; `skipbench gate --against REV` lets both take turns"))
    }

    /// Returns its sets as they are judged.
    pub(super) fn sets(&self) -> SetTimes {
        let all = || [&self.base, &self.head, &self.again, &self.relinked].into_iter().flatten();
        let count = |of: fn(&RunRow) -> Option<u64>| all().filter_map(|row| of(row)).sum();
        let wall: u64 = self.base.iter().map(|row| row.wall_ns).sum();
        SetTimes {
            base_step_ns: median_ns(&self.base),
            head_step_ns: median_ns(&self.head),
            head_ratios: ratios(&self.head),
            again_ratios: ratios(&self.again),
            relinked_ratios: ratios(&self.relinked),
            steps: count(|row| row.timed_steps),
            turns: count(|row| row.turns),
            dropped_turns: count(|row| row.dropped_turns),
            seconds: Some(wall as f64 / 1e9),
        }
    }
}

const EPOCHS: &str = "an epoch is too long to take turns, and measured alone it says nothing about another program; \
                      gate train-step";

fn median_ns(rows: &[&RunRow]) -> Option<f64> {
    stats::median(&rows.iter().filter_map(|row| Some(time(row)?.1 as f64)).collect::<Vec<f64>>())
}

fn ratios(rows: &[&RunRow]) -> Vec<f64> {
    rows.iter().filter(|row| row.time_reference == BASE).filter_map(|row| row.time_ratio).collect()
}
