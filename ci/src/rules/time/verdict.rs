//! Three verdicts on a slowdown: it lies below the limit, it is there and above the limit, or neither is known.
//!
//! The sets are the sample. Bounds are those of Student's two-sided 95 % interval, and every verdict must hold after
//! Holm's correction for all times of the job. A regression must also be shown at the chance that the limits allow.

use skipbench_reports::stats;
use skipbench_reports::stats::lockstep::Sample;

use crate::config::Limits;
use crate::finding::{Class, Finding, Value, Verdict};
use crate::sets::{self, SetTimes};

/// Chance of error on either side of a 95 % interval.
const ONE_SIDE: f64 = 0.025;

/// Most sets that a reason advises.
const MOST_ADVISED: f64 = 1000.0;

/// What is said of each of a job's times, in their order; `finding` is what each is about.
pub(crate) fn judge(times: Vec<(Finding, SetTimes)>, limits: &Limits) -> Vec<Finding> {
    let samples: Vec<Vec<f64>> = times.iter().map(|(_, sets)| sets.head()).collect();
    let corrected = |chance: &dyn Fn(usize, Sample<'_>) -> Option<f64>| {
        let chances = samples.iter().enumerate().map(|(index, logs)| chance(index, Sample::fixed(logs)).unwrap_or(1.0));
        stats::holm(&chances.collect::<Vec<f64>>())
    };
    let slower = corrected(&|_, sample| sample.p_above(1.0));
    let faster = corrected(&|_, sample| sample.p_below(1.0));
    let below = corrected(&|index, sample| sample.p_below(1.0 + times[index].1.limit(limits.time)));
    let shown = |index: usize| Shown {
        slower: slower[index] <= ONE_SIDE.min(limits.chance),
        faster: faster[index] <= ONE_SIDE.min(limits.chance),
        below: below[index] <= ONE_SIDE,
    };
    let (count, shown): (usize, Vec<Shown>) = (times.len(), (0..times.len()).map(shown).collect());
    let verdict = |((finding, sets), shown)| judged(finding, sets, shown, limits, count);
    times.into_iter().zip(shown).map(verdict).collect()
}

/// What holds of a slowdown after correction.
#[derive(Debug, Clone, Copy)]
struct Shown {
    slower: bool,
    faster: bool,
    /// It lies below the limit.
    below: bool,
}

/// `times`: how many times of the job share its chance of error.
fn judged(finding: Finding, sets: SetTimes, shown: Shown, limits: &Limits, times: usize) -> Finding {
    let limit = sets.limit(limits.time);
    let finding = Finding {
        class: Class::Time,
        base: sets.base_step_ns.map(Value::Number),
        head: sets.head_step_ns.map(Value::Number),
        limit,
        noise_floor: sets.noise_floor(),
        layout: sets.layout().map(Box::new),
        ..finding
    };
    let Some(ratio) = sets::ratio(&sets.head_ratios) else {
        let why = "no turn of the head is between two of the base; longer sets would help (--seconds)";
        return Finding { sets: Some(Box::new(sets)), ..finding }.with(Verdict::Inconclusive, why);
    };
    // How many rows or commands it stands for is the caller's to say.
    let finding = Finding { n: finding.n, sets: Some(Box::new(sets)), ..finding.estimated(&ratio) };
    if ratio.value > 1.0 + limit && shown.slower {
        finding.with(Verdict::Regressed, "")
    } else if ratio.value < 1.0 / (1.0 + limit) && shown.faster {
        finding.with(Verdict::Improved, "")
    } else if shown.below {
        finding.with(Verdict::Pass, "")
    } else {
        let why = describe_doubt(&ratio, limit, times);
        finding.with(Verdict::Inconclusive, why)
    }
}

/// Why it is not known, and what would help.
fn describe_doubt(ratio: &stats::Estimate, limit: f64, times: usize) -> String {
    let percent = |share: f64| format!("{:+.1} %", share * 100.0).replace('-', "−");
    let (Some(low), Some(high)) = (ratio.low, ratio.high) else {
        return "a single set has no interval; more sets would decide (--sets 8)".to_owned();
    };
    let (range, most) = (format!("from {} to {}", percent(low - 1.0), percent(high - 1.0)), percent(limit));
    let beyond = ratio.value > 1.0 + limit;
    // Where it lies beyond the limit it must be told from none, else from the limit.
    let told_from = if beyond { 1.0 } else { 1.0 + limit };
    let distance = (ratio.value / told_from).ln().abs();
    let half = (high / low).ln() / 2.0;
    let wanted = (ratio.n as f64 * (half / distance).powi(2)).ceil().max(ratio.n as f64 * 1.5).ceil();
    let help = if wanted <= MOST_ADVISED {
        format!("more sets would decide (--sets {wanted})")
    } else {
        "this close to the limit, more sets would hardly help".to_owned()
    };
    if beyond {
        let why = match times {
            1 => "but sets that differ so much can give that by chance".to_owned(),
            _ => format!("but among the {times} times of this job that can happen by chance"),
        };
        format!("it is beyond the limit of {most}, {why}; {help}")
    } else {
        format!("its interval reaches {range}, and the limit is {most}; {help}")
    }
}
