//! Decides how many sets a precision needs, and which come next.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use skipbench_reports::analyses::quantity::format_number_of;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::stats::lockstep::sets_needed;

use super::Contest;
use crate::cell::Cell;
use crate::run::plan::PlannedCell;

/// Says how precise ratios must be, and for how long to try.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Half of the 95 % interval's width, as a share of the ratio.
    pub half_width: f64,
    /// Seconds of sets, over all sittings, after which no further set begins.
    pub max_time_s: u64,
    /// Number of first sets that were planned before anything was measured. Their spread says how many are needed.
    /// Plans of skipbench without sets have none.
    #[serde(default)]
    pub pilot: u64,
}

/// Fewest sets that have a spread.
pub(crate) const LEAST_PILOT: u64 = 2;

/// Says how many sets a contest has and needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub(crate) contest: Contest,
    /// Number of sets that were measured.
    pub has: u64,
    /// Number of sets that its least precise member needs.
    pub needs: u64,
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has {} of {}", self.contest, self.has, format_number_of(self.needs as usize, "set"))
    }
}

/// Returns what every contest has and needs, except for those without ratios. This is Stein's rule, by the pilot's sets
/// alone.
pub fn needs(rows: &[RunRow], planned: &[PlannedCell], goal: &Goal) -> Vec<Need> {
    let need = |contest: Contest| {
        let own: Vec<&RunRow> = rows.iter().filter(|row| is_of(row, &contest)).collect();
        let has = own.iter().filter_map(|row| row.set).collect::<BTreeSet<u64>>().len() as u64;
        let needed = logs(&own, goal.pilot).into_iter().filter_map(|logs| sets_needed(&logs, goal.half_width));
        needed.max().map(|needs| Need { contest, has, needs: needs as u64 })
    };
    contests(planned).into_iter().filter_map(need).collect()
}

fn is_of(row: &RunRow, contest: &Contest) -> bool {
    row.set.is_some()
        && (row.group.as_str(), row.task.as_str(), row.device.as_str())
            == (contest.group.as_str(), contest.task.word(), contest.device.as_str())
}

/// Returns the logarithms of each member's ratios in the pilot's sets. The twin's are used only where there is no
/// other, because the question is not whether it differs from itself.
fn logs(rows: &[&RunRow], pilot: u64) -> Vec<Vec<f64>> {
    let mut logs: BTreeMap<(bool, &str), Vec<f64>> = BTreeMap::new();
    let ratio = |row: &RunRow| row.time_ratio.filter(|_| row.status == Status::Ok && row.set <= Some(pilot));
    for row in rows {
        if let Some(ratio) = ratio(row) {
            logs.entry((row.twin, &row.model)).or_default().push(ratio.ln());
        }
    }
    let others = logs.keys().any(|(twin, _)| !twin);
    logs.into_iter().filter(|((twin, _), _)| !(*twin && others)).map(|(_, logs)| logs).collect()
}

/// Returns every contest of a plan once, in its order.
fn contests(planned: &[PlannedCell]) -> Vec<Contest> {
    let mut seen = HashSet::new();
    planned.iter().filter_map(|planned| Contest::of(&planned.cell)).filter(|found| seen.insert(found.clone())).collect()
}

/// Returns the next set of a contest: its first set's cells again. Seeds continue to take turns.
pub fn next(need: &Need, planned: &[PlannedCell]) -> Vec<PlannedCell> {
    let own: Vec<&PlannedCell> =
        planned.iter().filter(|planned| Contest::of(&planned.cell).as_ref() == Some(&need.contest)).collect();
    let seeds: BTreeMap<Option<u64>, u64> = own.iter().map(|planned| (planned.cell.set, planned.cell.seed)).collect();
    let (Some((first, _)), Some((last, _))) = (seeds.first_key_value(), seeds.last_key_value()) else {
        return Vec::new();
    };
    let mut turns: Vec<u64> = Vec::new();
    for seed in seeds.values() {
        if !turns.contains(seed) {
            turns.push(*seed);
        }
    }
    let seed = turns[seeds.len() % turns.len()];
    let set = last.map(|last| last + 1);
    let again =
        |planned: &&PlannedCell| PlannedCell { cell: Cell { set, seed, ..planned.cell.clone() }, ..(*planned).clone() };
    own.iter().filter(|planned| planned.cell.set == *first).map(again).collect()
}

/// Returns the seconds that all sets took, and those of the longest. Members of a set ran at the same time.
pub(crate) fn spent(rows: &[RunRow]) -> (f64, f64) {
    let mut walls: BTreeMap<(&str, &str, &str, u64), u64> = BTreeMap::new();
    for row in rows {
        if let Some(set) = row.set {
            let wall = walls.entry((&row.group, &row.task, &row.device, set)).or_default();
            *wall = row.wall_ns.max(*wall);
        }
    }
    let seconds = |ns: u64| ns as f64 / 1e9;
    (seconds(walls.values().sum()), seconds(walls.values().copied().max().unwrap_or(0)))
}

/// Returns the number of sets that were measured beyond the pilot's.
pub(crate) fn added(rows: &[RunRow], pilot: u64) -> usize {
    let set = |row: &RunRow| {
        row.set.filter(|set| *set > pilot).map(|set| (row.group.clone(), row.task.clone(), row.device.clone(), set))
    };
    rows.iter().filter_map(set).collect::<BTreeSet<_>>().len()
}

/// Describes what was reached: whether the goal was, and by how many added sets. There is nothing to say if no set gave
/// a ratio.
pub(crate) fn describe(goal: &Goal, needs: &[Need], added: usize) -> String {
    let percent = format!("±{} %", (goal.half_width * 1e8).round() / 1e6);
    let added = format_number_of(added, "set");
    let short: Vec<String> = needs.iter().filter(|need| need.has < need.needs).map(ToString::to_string).collect();
    if needs.is_empty() {
        let pilot = format_number_of(goal.pilot as usize, "set");
        format!("precision: nothing to judge: no network has a ratio in two or more of the first {pilot}")
    } else if short.is_empty() {
        format!("precision: {percent} reached everywhere, {added} added")
    } else {
        let time = goal.max_time_s;
        format!("precision: {percent} not reached within {time} s, {added} added: {}", short.join(", "))
    }
}
