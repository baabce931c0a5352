//! Picks and pairs the rows behind one verdict.

use std::collections::BTreeMap;

use crate::rows::record::RunRow;
use crate::rows::store::Run;
use crate::rows::style;
use crate::stats::paired::{self, Contrast};
use crate::stats::{self, Estimate};

/// Measured runs of one claim, under one set of conditions.
#[derive(Debug, Clone)]
pub(super) struct Evidence<'a>(Vec<&'a Run>);

/// Key that pairs are formed by: the recipe, the seed, the round and the set.
type ReplicateKey<'a> = (&'a str, u64, u64, Option<u64>);

/// One value for each replicate.
pub(super) type Values<'a> = BTreeMap<ReplicateKey<'a>, f64>;

impl<'a> Evidence<'a> {
    pub(super) fn new(runs: Vec<&'a Run>) -> Self {
        Self(runs)
    }

    pub(super) fn runs(&self) -> &[&'a Run] {
        &self.0
    }

    /// Keeps only rows for which `keep` holds.
    pub(super) fn only(&self, keep: impl Fn(&RunRow) -> bool) -> Self {
        Self(self.0.iter().copied().filter(|run| keep(&run.row)).collect())
    }

    /// Keeps only rows of that task.
    pub(super) fn task(&self, task: &str) -> Self {
        self.only(|row| row.task == task)
    }

    /// Keeps only rows of that style.
    pub(super) fn style(&self, style: &str) -> Self {
        self.only(|row| row.skip == style)
    }

    /// Keeps only rows of that depth.
    pub(super) fn depth(&self, depth: Option<u64>) -> Self {
        self.only(|row| Some(row.depth) == depth)
    }

    /// Keeps only networks with normalization, or only those without.
    pub(super) fn normed(&self, normed: bool) -> Self {
        self.only(|row| is_normed(row) == normed)
    }

    /// Returns depths that all of `styles` have, in ascending order.
    pub(super) fn depths(&self, styles: &[&str]) -> Vec<u64> {
        let has = |style: &str, depth: u64| self.0.iter().any(|run| run.row.skip == style && run.row.depth == depth);
        let mut depths: Vec<u64> = self.0.iter().map(|run| run.row.depth).collect();
        depths.sort_unstable();
        depths.dedup();
        depths.retain(|depth| styles.iter().all(|style| has(style, *depth)));
        depths
    }

    /// Returns the greatest depth that all of `styles` have.
    pub(super) fn deepest(&self, styles: &[&str]) -> Option<u64> {
        self.depths(styles).last().copied()
    }

    /// Returns the rows of each model, from shallow to deep, plain first, those without normalization last.
    pub(super) fn models(&self) -> Vec<(&'a RunRow, Self)> {
        let mut models: Vec<(&'a RunRow, Vec<&'a Run>)> = Vec::new();
        for run in &self.0 {
            match models.iter_mut().find(|(first, _)| first.model == run.row.model) {
                Some((_, runs)) => runs.push(run),
                None => models.push((&run.row, vec![run])),
            }
        }
        let style =
            |row: &RunRow| style::COMPARED.iter().position(|style| *style == row.skip).unwrap_or(style::COMPARED.len());
        models.sort_by_key(|(row, _)| (!is_normed(row), row.depth, style(row), &row.model));
        models.into_iter().map(|(first, runs)| (first, Self(runs))).collect()
    }

    /// Returns the value of each replicate. Of two with the same key the first counts.
    pub(super) fn values(&self, of: impl Fn(&Run) -> Option<f64>) -> Values<'a> {
        let mut values = Values::new();
        for run in &self.0 {
            let RunRow { recipe, seed, round, set, .. } = &run.row;
            if let Some(value) = of(run) {
                values.entry((recipe, *seed, *round, *set)).or_insert(value);
            }
        }
        values
    }

    /// Returns the mean over replicates, with Student's interval.
    pub(super) fn mean(&self, of: impl Fn(&Run) -> Option<f64>) -> Option<Estimate> {
        stats::mean_interval(&self.values(of).into_values().collect::<Vec<f64>>())
    }

    /// Returns at each index of a series the mean over runs, with Student's interval.
    pub(super) fn mean_series(&self, name: &str) -> Vec<(f64, Estimate)> {
        let mut by_index: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for (index, value) in self.0.iter().flat_map(|run| read_series(run, name)) {
            by_index.entry(index).or_default().push(value);
        }
        let point = |(index, values): (u64, Vec<f64>)| Some((index as f64, stats::mean_interval(&values)?));
        by_index.into_iter().filter_map(point).collect()
    }
}

/// Returns whether a network normalizes.
pub(super) fn is_normed(row: &RunRow) -> bool {
    row.skip != style::FIXUP && !row.model.contains("-nonorm")
}

/// Returns a series of a run, by index.
pub(super) fn read_series(run: &Run, name: &str) -> Vec<(u64, f64)> {
    let samples = run.samples.iter().filter(|sample| sample.series == name);
    let mut points: Vec<(u64, f64)> = samples.map(|sample| (sample.index, sample.value)).collect();
    points.sort_by_key(|(index, _)| *index);
    points
}

/// Returns the last value of a series.
pub(super) fn last(run: &Run, name: &str) -> Option<f64> {
    read_series(run, name).last().map(|(_, value)| *value)
}

/// Returns the mean of a series over its indices.
pub(super) fn mean_of(run: &Run, name: &str) -> Option<f64> {
    stats::mean(&read_series(run, name).into_iter().map(|(_, value)| value).collect::<Vec<f64>>())
}

/// Returns a count as a share of another.
pub(super) fn share(part: Option<u64>, whole: Option<u64>) -> Option<f64> {
    Some(part? as f64 / whole.filter(|whole| *whole > 0)? as f64)
}

/// Returns the values of replicates that both have.
pub(super) fn pairs(values: &Values<'_>, base: &Values<'_>) -> Vec<(f64, f64)> {
    base.iter().filter_map(|(replicate, base)| Some((*values.get(replicate)?, *base))).collect()
}

/// Returns `values − base`, replicate by replicate.
pub(super) fn minus<'a>(values: &Values<'a>, base: &Values<'_>) -> Values<'a> {
    values.iter().filter_map(|(replicate, value)| Some((*replicate, value - base.get(replicate)?))).collect()
}

/// Returns the paired difference.
pub(super) fn difference(values: &Values<'_>, base: &Values<'_>) -> Option<Contrast> {
    paired::difference(&pairs(values, base))
}

/// Returns the paired difference of shares of `count` things.
pub(super) fn counted_difference(values: &Values<'_>, base: &Values<'_>, count: u64) -> Option<Contrast> {
    paired::counted_difference(&pairs(values, base), count)
}

/// Returns the paired ratio.
pub(super) fn ratio(values: &Values<'_>, base: &Values<'_>) -> Option<Contrast> {
    paired::ratio(&pairs(values, base))
}

/// Returns the mean of the values by themselves.
pub(super) fn alone(values: &Values<'_>) -> Option<Estimate> {
    stats::mean_interval(&values.values().copied().collect::<Vec<f64>>())
}

/// Returns the geometric mean of the values by themselves.
pub(super) fn geometric_mean(values: &Values<'_>) -> Option<Estimate> {
    let ones = values.keys().map(|replicate| (*replicate, 1.0)).collect();
    ratio(values, &ones).map(|contrast| contrast.estimate)
}
