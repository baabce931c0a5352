//! More rounds of timed cells, until the comparison is as precise as was asked for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use skipbench_reports::analyses::compare::{ComparedMetric, Comparison, ComparisonVerdict, compare};
use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::rows::store::Run;
use skipbench_reports::stats::bootstrap;

use crate::cell::{Cell, Task};
use crate::run::plan::PlannedCell;

/// Fewest pairs that count as precise. An interval of three pairs is now and then narrow by luck, and stopping there
/// would pick out just those; from six on it is a bootstrap interval.
const LEAST: usize = bootstrap::LEAST;

/// How precise, and for how long to try.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Half of the 95 % interval's width, as a share of the estimate.
    pub half_width: f64,
    /// Seconds of timed cells, over all sittings, after which no further round begins.
    pub max_time_s: u64,
}

/// A metric whose interval is wider than the goal.
#[derive(Debug, Clone, PartialEq)]
pub struct Wide {
    /// Group.
    pub group: String,
    /// Model.
    pub model: String,
    /// The task that measures it.
    pub task: Task,
    /// Device.
    pub device: String,
    /// Half of the interval's width; none with fewer than two values.
    pub half_width: Option<f64>,
}

impl std::fmt::Display for Wide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.group, self.model, self.task.word())?;
        match self.half_width {
            Some(half_width) => write!(f, " ±{:.1} %", half_width * 100.0),
            None => write!(f, " without an interval"),
        }
    }
}

/// The timed metrics whose precision is asked for, and the task that measures each. Time to an accuracy varies with the
/// seed, not with the machine, and a tail needs more than rounds.
const TIMED: [(Metric, Task); 4] = [
    (Metric::TrainThroughput, Task::TrainStep),
    (Metric::EpochThroughput, Task::TrainEpoch),
    (Metric::InferThroughput, Task::Infer),
    (Metric::Latency, Task::Latency),
];

/// What is wider than `goal`: of every member its ratio to the reference; of a reference without others its value.
pub fn wide(runs: &[Run], goal: &Goal) -> Vec<Wide> {
    compare(&group(runs)).iter().flat_map(|comparison| wide_in(comparison, goal)).collect()
}

fn wide_in(comparison: &Comparison, goal: &Goal) -> Vec<Wide> {
    let mut found = Vec::new();
    for member in &comparison.members {
        for (metric, task) in TIMED {
            let Some(entry) = member.entry(metric) else { continue };
            if entry.verdict == ComparisonVerdict::Reference && comparison.members.len() > 1 {
                continue;
            }
            let (n, half_width) = width(entry);
            if n < LEAST || half_width.is_none_or(|half_width| half_width > goal.half_width) {
                let (group, device) = (comparison.identity.group.clone(), comparison.identity.device.clone());
                found.push(Wide { group, model: member.model.clone(), task, device, half_width });
            }
        }
    }
    found
}

/// Values behind an entry, and half the width of its interval.
fn width(entry: &ComparedMetric) -> (usize, Option<f64>) {
    match (entry.verdict, &entry.ratio) {
        (ComparisonVerdict::Reference, _) | (_, None) => (entry.value.n, entry.value.half_width()),
        (_, Some(ratio)) => (ratio.estimate.n, ratio.estimate.half_width()),
    }
}

/// Whether `runs` hold anything whose precision can be judged.
pub(crate) fn any(runs: &[Run]) -> bool {
    let timed = |comparison: &Comparison| {
        let entries = |metric| comparison.members.iter().any(|member| member.entry(metric).is_some());
        TIMED.iter().any(|(metric, _)| entries(*metric))
    };
    compare(&group(runs)).iter().any(timed)
}

/// Seconds that the timed cells of `runs` took, and the rounds that were added to those planned.
pub(crate) fn spent(runs: &[Run]) -> (f64, usize) {
    let timed = runs.iter().map(|run| &run.row).filter(|row| TIMED.iter().any(|(_, task)| task.word() == row.task));
    let seconds: f64 = timed.clone().map(|row| row.wall_ns as f64 / 1e9).sum();
    let added: BTreeSet<(u64, u64)> = timed.filter(|row| row.round > 0).map(|row| (row.round, row.seed)).collect();
    (seconds, added.len())
}

/// The next round of what is wide: every member of its group again in that task, so that pairs stay whole. `planned`
/// holds all cells so far. Seeds take turns, and every second round runs backwards.
pub fn next(planned: &[PlannedCell], wide: &[Wide]) -> Vec<PlannedCell> {
    let wanted = |cell: &Cell| {
        let same =
            |wide: &Wide| wide.group == cell.group && wide.task == cell.task && wide.device == cell.device.to_string();
        cell.sweep.is_none() && wide.iter().any(same)
    };
    let all: Vec<&PlannedCell> = planned.iter().filter(|planned| wanted(&planned.cell)).collect();
    let seeds: BTreeSet<u64> = all.iter().map(|planned| planned.cell.seed).collect();
    let rounds: BTreeSet<(u64, u64)> = all.iter().map(|planned| (planned.cell.round, planned.cell.seed)).collect();
    let Some(last) = rounds.last().map(|(round, _)| *round) else { return Vec::new() };
    let rest = seeds.iter().find(|seed| !rounds.contains(&(last, **seed)));
    let (round, seed) = match (rest, seeds.first()) {
        (Some(seed), _) => (last, *seed),
        (None, Some(seed)) => (last + 1, *seed),
        (None, None) => return Vec::new(),
    };
    let again =
        |planned: &&PlannedCell| PlannedCell { cell: Cell { round, ..planned.cell.clone() }, ..(*planned).clone() };
    let mut cells: Vec<PlannedCell> =
        all.iter().filter(|planned| planned.cell.round == 0 && planned.cell.seed == seed).map(again).collect();
    // Planned forwards for every other seed, beginning with the first; neighboring rounds shall differ.
    let planned_backwards = seeds.iter().position(|other| *other == seed).is_some_and(|at| at % 2 == 1);
    if planned_backwards != (rounds.len() % 2 == 1) {
        cells.reverse();
    }
    cells
}
