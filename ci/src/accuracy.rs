//! Accuracy: not worse by more than a margin, by pairs of seeds (non-inferiority).

use std::collections::BTreeMap;

use skipbench_reports::paired;
use skipbench_reports::record::{RunRow, Status};
use skipbench_reports::stats;

use crate::config::Limits;
use crate::finding::{Class, Finding, Value, Verdict, place};
use crate::pair::{Pair, Pairs};

/// One finding for each model that both trained, over all seeds.
pub fn judge(pairs: &Pairs<'_>, limits: &Limits) -> Vec<Finding> {
    let mut models: BTreeMap<String, Vec<&Pair<'_>>> = BTreeMap::new();
    for pair in pairs.pairs.iter().filter(|pair| pair.head.status == Status::Ok) {
        if share(pair.base).is_some() && share(pair.head).is_some() {
            models.entry(place(pair.base)).or_default().push(pair);
        }
    }
    models.iter().filter_map(|(cell, seeds)| finding(cell, seeds, limits)).collect()
}

fn share(row: &RunRow) -> Option<f64> {
    let total = row.test_total.filter(|total| *total > 0 && row.task == "train")?;
    Some(row.test_correct? as f64 / total as f64)
}

fn finding(cell: &str, seeds: &[&Pair<'_>], limits: &Limits) -> Option<Finding> {
    let shares: Vec<(f64, f64)> =
        seeds.iter().filter_map(|pair| Some((share(pair.head)?, share(pair.base)?))).collect();
    let mean = |of: fn(&(f64, f64)) -> f64| stats::mean(&shares.iter().map(of).collect::<Vec<f64>>());
    let images = seeds.iter().filter_map(|pair| pair.base.test_total).min()?;
    let contrast = paired::counted_difference(&shares, images)?;
    let finding = Finding {
        base: mean(|(_, base)| *base).map(Value::Number),
        head: mean(|(head, _)| *head).map(Value::Number),
        limit: limits.accuracy,
        ..Finding::of(cell, "test_accuracy", Class::Accuracy, seeds[0].head)
    };
    let finding = finding.estimated(&contrast.estimate);
    let (difference, margin) = (contrast.estimate, limits.accuracy);
    let equal = shares.iter().all(|(head, base)| head == base);
    Some(match (difference.low, difference.high) {
        _ if equal => finding,
        (Some(_), Some(high)) if difference.value < -margin && high < 0.0 => finding.with(Verdict::Regressed, ""),
        (Some(low), Some(_)) if difference.value > margin && low > 0.0 => finding.with(Verdict::Improved, ""),
        (Some(low), Some(_)) if low >= -margin => finding,
        _ => finding.with(Verdict::Inconclusive, doubt(contrast.detectable, difference.n)),
    })
}

fn doubt(detectable: Option<f64>, n: usize) -> String {
    match detectable {
        Some(least) => format!(
            "{n} seeds with this spread would show {:.1} points or more in four cases of five; more seeds would tell",
            least * 100.0
        ),
        None => "a single seed has no interval; more seeds would tell".to_owned(),
    }
}
