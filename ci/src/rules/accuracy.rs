//! Accuracy: not worse by more than a margin, by pairs of seeds (non-inferiority): a pass is a difference whose whole
//! interval lies above the margin, a regression one that is shown to lie below it.
//!
//! It can be shown in two ways. By Student's test the pairs' own spread says what chance could do. But two pairs hardly
//! tell their spread, and one does not at all, so that a head which learned nothing would be called doubtful beside a
//! base that learned. Therefore a difference is shown, too, that is beyond what the widest spread would explain that
//! seeds of a network with the base's error have ([`WIDEST`]). That needs no estimate, and so holds from one pair on.

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
    let chances: Vec<f64> = trained.iter().map(|trained| trained.beyond(limits.accuracy)).collect();
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

/// The same where the spread is not that of the pairs: it may be too small after all.
const CHANCE_OF_WIDEST: f64 = 0.01;

/// The widest standard deviation of accuracy over seeds that is thought possible: five points, or half of the base's
/// error where that is more. Of the 53 networks with several seeds in the kept records none has a wider one: those that
/// err in less than a tenth of the images stray by 2.8 points at most, those that barely learn by up to 17.
const WIDEST: f64 = 0.05;

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

    /// The chance of a difference at least so far beyond the margin, on its own side, were it the margin itself: by the
    /// pairs' spread or by the widest, of which the second must show it at a fifth of the chance.
    fn beyond(&self, margin: f64) -> f64 {
        let widest = self.by_widest_spread(margin) * (CHANCE / CHANCE_OF_WIDEST);
        self.by_own_spread(margin).unwrap_or(1.0).min(widest).min(1.0)
    }

    fn by_own_spread(&self, margin: f64) -> Option<f64> {
        let margin = margin.copysign(self.contrast.estimate.value);
        let moved: Vec<(f64, f64)> = self.shares.iter().map(|(head, base)| (*head, base + margin)).collect();
        paired::counted_difference(&moved, self.images)?.p
    }

    fn by_widest_spread(&self, margin: f64) -> f64 {
        let beyond = (self.contrast.estimate.value.abs() - margin).max(0.0);
        stats::normal_p_value(beyond / (self.widest_spread() / (self.shares.len() as f64).sqrt()))
    }

    /// The widest standard deviation of the pairs' differences that is thought possible, or the one that was seen.
    fn widest_spread(&self) -> f64 {
        let errors: Vec<f64> = self.shares.iter().map(|(_, base)| 1.0 - base).collect();
        let differences: Vec<f64> = self.shares.iter().map(|(head, base)| head - base).collect();
        let of_seeds = WIDEST.max(stats::mean(&errors).unwrap_or(1.0) / 2.0);
        // Base and head each stray by as much.
        (of_seeds * std::f64::consts::SQRT_2).max(stats::deviation(&differences).unwrap_or(0.0))
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
