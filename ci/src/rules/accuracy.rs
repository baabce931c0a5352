//! Accuracy: not worse by more than a margin, by pairs of seeds (non-inferiority): a pass is a difference whose whole
//! interval lies above the margin, a regression one that is shown to lie below it.

use std::collections::BTreeMap;

use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::task;
use skipbench_reports::stats;
use skipbench_reports::stats::paired::{self, Contrast};

use crate::config::Limits;
use crate::finding::{Class, Finding, Value, Verdict, cell_name};
use crate::pair::{Pair, Pairs};

/// One finding for each model that both trained, over all seeds. That one lies beyond the margin must be shown among
/// all of them (Holm).
pub(crate) fn judge(pairs: &Pairs<'_>, limits: &Limits) -> Vec<Finding> {
    let mut models: BTreeMap<String, Vec<&Pair<'_>>> = BTreeMap::new();
    for pair in pairs.pairs.iter().filter(|pair| pair.head.status == Status::Ok) {
        if share(pair.base).is_some() && share(pair.head).is_some() {
            models.entry(cell_name(pair.base)).or_default().push(pair);
        }
    }
    let trained: Vec<Trained<'_>> = models.iter().filter_map(|(cell, seeds)| Trained::of(cell, seeds)).collect();
    let beyond = |trained: &Trained<'_>| trained.beyond(limits.accuracy).unwrap_or(1.0);
    let chances: Vec<f64> = trained.iter().map(beyond).collect();
    let corrected = stats::holm(&chances);
    trained.iter().zip(corrected).map(|(trained, p)| trained.finding(p, limits)).collect()
}

fn share(row: &RunRow) -> Option<f64> {
    let total = row.test_total.filter(|total| *total > 0 && row.task == task::TRAIN)?;
    Some(row.test_correct? as f64 / total as f64)
}

/// The chance at which a difference is shown to lie beyond the margin. Where nothing changed it lies far within, so
/// that alarms are much rarer (`ci/power.md`).
const CHANCE: f64 = 0.05;

/// One model's accuracies.
struct Trained<'a> {
    cell: &'a str,
    head: &'a RunRow,
    /// Head and base of each seed.
    shares: Vec<(f64, f64)>,
    /// Of how many images.
    images: u64,
    contrast: Contrast,
}

impl<'a> Trained<'a> {
    fn of(cell: &'a str, seeds: &[&Pair<'a>]) -> Option<Self> {
        let shares: Vec<(f64, f64)> =
            seeds.iter().filter_map(|pair| Some((share(pair.head)?, share(pair.base)?))).collect();
        let images = seeds.iter().filter_map(|pair| pair.base.test_total).min()?;
        let contrast = paired::counted_difference(&shares, images)?;
        Some(Self { cell, head: seeds[0].head, shares, images, contrast })
    }

    /// The chance of a difference at least so far beyond the margin, on its own side, were it the margin itself.
    fn beyond(&self, margin: f64) -> Option<f64> {
        let margin = margin.copysign(self.contrast.estimate.value);
        let moved: Vec<(f64, f64)> = self.shares.iter().map(|(head, base)| (*head, base + margin)).collect();
        paired::counted_difference(&moved, self.images)?.p
    }

    fn finding(&self, p: f64, limits: &Limits) -> Finding {
        let mean = |of: fn(&(f64, f64)) -> f64| stats::mean(&self.shares.iter().map(of).collect::<Vec<f64>>());
        let finding = Finding {
            base: mean(|(_, base)| *base).map(Value::Number),
            head: mean(|(head, _)| *head).map(Value::Number),
            limit: limits.accuracy,
            ..Finding::of(self.cell, "test_accuracy", Class::Accuracy, self.head)
        };
        let (verdict, why) = self.decide(p, limits);
        finding.estimated(&self.contrast.estimate).with(verdict, why)
    }

    fn decide(&self, p: f64, limits: &Limits) -> (Verdict, String) {
        let (difference, margin) = (self.contrast.estimate, limits.accuracy);
        let shown = p <= CHANCE;
        let kept = difference.low.is_some_and(|low| low >= -margin);
        if self.shares.iter().all(|(head, base)| head == base) || kept && difference.value <= margin {
            (Verdict::Pass, String::new())
        } else if difference.value < -margin && shown {
            (Verdict::Regressed, String::new())
        } else if difference.value > margin && shown {
            (Verdict::Improved, String::new())
        } else if kept {
            (Verdict::Pass, String::new())
        } else {
            (Verdict::Inconclusive, describe_doubt(self.contrast.detectable, difference.n))
        }
    }
}

fn describe_doubt(detectable: Option<f64>, n: usize) -> String {
    match detectable {
        Some(least) => format!(
            "{n} seeds with this spread would show {:.1} points or more in four cases of five; more seeds would decide",
            least * 100.0
        ),
        None if n < 2 => "a single seed has no interval; more seeds would decide".to_owned(),
        None => format!("{n} seeds are too few to say what difference they would show; more seeds would decide"),
    }
}
