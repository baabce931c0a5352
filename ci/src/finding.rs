//! What the gate found out about one metric.

use serde::Serialize;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::shared_text::SharedText;
use skipbench_reports::stats::Estimate;

use crate::sets::SetTimes;

/// What a metric shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A program that was given could not be measured; `why` has its last words.
    Broken,
    /// Worse than the limit allows, or no longer equal, or no longer measured.
    Regressed,
    /// It was judged, but neither is shown; `why` says what would help.
    Inconclusive,
    /// Better by more than the limit.
    Improved,
    /// As before, within the limit.
    Pass,
    /// Not judged, for what was measured says nothing about it; `why` says what would.
    Refused,
}

impl Verdict {
    /// The word for it.
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

/// By what rule a metric is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It must be equal.
    Exact,
    /// Peak heap: nearly equal.
    Heap,
    /// Work of a step, in counts: nearly equal.
    Work,
    /// Times: by sets of programs that took turns within one job.
    Time,
    /// Accuracy: not worse by more than a margin.
    Accuracy,
}

/// A number, or a word such as a shape.
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

/// One metric of one cell, or of one cell's repetitions together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// `group/model/task/device`, and what else tells it apart.
    pub cell: SharedText,
    /// What.
    pub metric: &'static str,
    /// By what rule.
    pub class: Class,
    /// In the base; absent where it was not measured.
    pub base: Option<Value>,
    /// In the head.
    pub head: Option<Value>,
    /// Head over base; of accuracy the difference, head less base.
    pub effect: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Pairs behind it; of a time the sets of fresh processes.
    pub n: usize,
    /// How much worse would be a regression, as a share.
    pub limit: f64,
    /// How far the base differs from itself in the same job, as a share.
    pub noise_floor: Option<f64>,
    /// What another order of its sections does to the base's time.
    pub layout: Option<Box<Estimate>>,
    /// What each set gave, where programs took turns.
    pub sets: Option<Box<SetTimes>>,
    /// What it shows.
    pub verdict: Verdict,
    /// Why, where the numbers do not say it.
    pub why: String,
    /// Whether it is only about the value being there, since its size is not judged.
    #[serde(skip)]
    pub presence: bool,
    /// The head's suite.
    pub suite: SharedText,
    /// The head's cell, for `skipbench replay`.
    pub id: SharedText,
    /// The command that measures it again ([`reproduce`](crate::reproduce)); empty where none would tell more.
    pub reproduce: String,
}

impl Finding {
    /// A finding about a head's cell, that passes until a rule says otherwise.
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

    /// With what pairs say.
    pub(crate) fn estimated(self, estimate: &Estimate) -> Self {
        Self { effect: Some(estimate.value), low: estimate.low, high: estimate.high, n: estimate.n, ..self }
    }

    pub(crate) fn with(self, verdict: Verdict, why: impl Into<String>) -> Self {
        Self { verdict, why: why.into(), ..self }
    }
}

/// What a finding about a cell as a whole is called.
pub(crate) const UNMEASURED: &str = "status";

/// What the time of a step is called, in rows and of given programs.
pub(crate) const STEP_TIME: &str = "step_ns_median";

/// What the time of an epoch is called.
pub(crate) const EPOCH_TIME: &str = "epoch_ns_median";

/// What rows of a gate's job that are compared with the base's have as their `time_reference`.
pub const BASE: &str = "base";

/// Why a value that the base has and the head lacks is a regression.
pub(crate) const LACKING: &str = "measured in the base, but not in the head";

/// `group/model/task/device`
pub(crate) fn cell_name(row: &RunRow) -> String {
    format!("{}/{}/{}/{}", row.group, row.model, row.task, row.device)
}

/// [`cell_name`] with seed, round and what else tells one cell from all others.
pub(crate) fn cell_label(row: &RunRow) -> String {
    let point = row.sweep_value.map_or(String::new(), |value| format!("/{}={value}", row.sweep));
    let round = if row.round > 0 { format!("/round={}", row.round) } else { String::new() };
    let set = row.set.map_or(String::new(), |set| format!("/set={set}"));
    let twin = if row.twin { "/twin" } else { "" };
    format!("{}{point}/seed={}{round}{set}{twin}", cell_name(row), row.seed)
}
