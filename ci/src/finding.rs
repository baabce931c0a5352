//! Describes what the gate found out about one metric.

use serde::Serialize;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::shared_text::SharedText;
use skipbench_reports::stats::Estimate;

use crate::sets::SetTimes;

/// Says what a metric shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A given program could not be measured. `why` has its last words.
    Broken,
    /// It is worse than the limit allows, no longer equal, or no longer measured.
    Regressed,
    /// It was judged, but neither is shown. `why` says what would help.
    Inconclusive,
    /// It is better by more than the limit.
    Improved,
    /// It is as before, within the limit.
    Pass,
    /// It was not judged, because the measurement says nothing about it. `why` says what would.
    Refused,
}

impl Verdict {
    /// Returns the word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Verdict::Broken => "broken",
            Verdict::Regressed => "regressed",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Improved => "improved",
            Verdict::Pass => "pass",
            Verdict::Refused => "not judged",
        }
    }
}

/// Says by what rule a metric is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The values must be equal.
    Exact,
    /// Peak heap must be nearly equal.
    Heap,
    /// Work of a step, in counts, must be nearly equal.
    Work,
    /// Times are judged by sets of programs that took turns within one job.
    Time,
    /// Accuracy may not be worse by more than a margin.
    Accuracy,
}

/// A value: a number, or a word such as a shape.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A count.
    Count(u64),
    /// A measurement.
    Number(f64),
    /// A word.
    Word(String),
}

/// Describes one metric of one cell, or of one cell's repetitions together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Cell as `group/model/task/device`, and what else distinguishes it.
    pub cell: SharedText,
    /// Name of the metric.
    pub metric: &'static str,
    /// Rule that judges it.
    pub class: Class,
    /// Value in the base; `None` where it was not measured.
    pub base: Option<Value>,
    /// Value in the head; `None` where it was not measured.
    pub head: Option<Value>,
    /// Ratio of head to base; for accuracy the difference of head and base.
    pub effect: Option<f64>,
    /// Lower end of the effect's 95 % interval.
    pub low: Option<f64>,
    /// Upper end of the effect's 95 % interval.
    pub high: Option<f64>,
    /// Number of pairs behind it; for a time, the sets of fresh processes.
    pub n: usize,
    /// How much worse counts as a regression, as a share.
    pub limit: f64,
    /// How much the base differs from itself in the same job, as a share.
    pub noise_floor: Option<f64>,
    /// Effect of another order of its sections on the base's time.
    pub layout: Option<Box<Estimate>>,
    /// Results of each set, where programs took turns.
    pub sets: Option<Box<SetTimes>>,
    /// Verdict on the metric.
    pub verdict: Verdict,
    /// Reason, where the numbers do not show it.
    pub why: String,
    /// Whether it only concerns the value's presence, since its size is not judged.
    #[serde(skip)]
    pub presence: bool,
    /// Name of the head's suite.
    pub suite: SharedText,
    /// Identity of the head's cell, for `skipbench replay`.
    pub id: SharedText,
    /// Command that measures it again ([`reproduce`](crate::reproduce)); empty where none would tell more.
    pub reproduce: String,
}

impl Finding {
    /// Creates a finding about a head's cell that passes until a rule says otherwise.
    pub(crate) fn of(cell: &str, metric: &'static str, class: Class, head: &RunRow) -> Self {
        Self {
            cell: cell.into(),
            metric,
            class,
            base: None,
            head: None,
            effect: None,
            low: None,
            high: None,
            n: 1,
            limit: 0.0,
            noise_floor: None,
            layout: None,
            sets: None,
            verdict: Verdict::Pass,
            why: String::new(),
            presence: false,
            suite: (&head.suite).into(),
            id: (&head.cell).into(),
            reproduce: String::new(),
        }
    }

    /// Adds what the pairs say.
    pub(crate) fn estimated(self, estimate: &Estimate) -> Self {
        Self { effect: Some(estimate.value), low: estimate.low, high: estimate.high, n: estimate.n, ..self }
    }

    pub(crate) fn with(self, verdict: Verdict, why: impl Into<String>) -> Self {
        Self { verdict, why: why.into(), ..self }
    }
}

/// Metric of a finding about a cell as a whole.
pub(crate) const UNMEASURED: &str = "status";

/// Metric for the time of a step, in rows and of given programs.
pub(crate) const STEP_TIME: &str = "step_ns_median";

/// Metric for the time of an epoch.
pub(crate) const EPOCH_TIME: &str = "epoch_ns_median";

/// `time_reference` of those rows of a gate's job that are compared with the base's.
pub const BASE: &str = "base";

/// Reason why a value that the base has and the head lacks is a regression.
pub(crate) const LACKING: &str = "measured in the base, but not in the head";

/// Formats `group/model/task/device`.
pub(crate) fn cell_name(row: &RunRow) -> String {
    format!("{}/{}/{}/{}", row.group, row.model, row.task, row.device)
}

/// Formats [`cell_name`] with seed, round and what else distinguishes one cell from all others.
pub(crate) fn cell_label(row: &RunRow) -> String {
    let point = row.sweep_value.map_or(String::new(), |value| format!("/{}={value}", row.sweep));
    let round = if row.round > 0 { format!("/round={}", row.round) } else { String::new() };
    let set = row.set.map_or(String::new(), |set| format!("/set={set}"));
    let twin = if row.twin { "/twin" } else { "" };
    format!("{}{point}/seed={}{round}{set}{twin}", cell_name(row), row.seed)
}
