//! Times: judged only between runs that took turns on one machine, only by pairs, and only above what the base differs
//! from itself in the same job.
//!
//! Regressed is what takes longer by more than the limit, by an interval that leaves no difference out, at a chance
//! that is corrected for all times of the job (Holm). Where the limit is below the noise floor, or too few pairs were
//! measured, it is inconclusive: never a pass because little was measured. What passes may still be slower by the limit
//! and the noise floor together.

pub(crate) mod verdict;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::task;
use skipbench_reports::stats;
use skipbench_reports::stats::paired::{self, Contrast};

use crate::config::Limits;
use crate::finding::{Class, Finding, Value, Verdict, cell_name};
use crate::pair::{Pair, Pairs};

type TimeColumn = (&'static str, &'static [&'static str], fn(&RunRow) -> Option<u64>);

const TIMES: [TimeColumn; 2] = [
    ("step_ns_median", &[task::TRAIN_STEP, task::INFER, task::LATENCY], |row| row.step_ns_median),
    ("epoch_ns_median", &[task::TRAIN_EPOCH], |row| row.epoch_ns_median),
];

/// Fewest pairs by which a time is judged.
const LEAST: usize = 6;

/// Seconds between the ends and starts of two cells that took turns, at most.
const PAUSE_S: f64 = 300.0;

/// By how much a cell may seem to begin before the other ends, in seconds: starts are written to the millisecond and
/// the wall clock may be set.
const OVERLAP_S: f64 = 1.0;

/// One finding for each cell that was timed in both runs, over all its repetitions.
pub(crate) fn judge(pairs: &Pairs<'_>, limits: &Limits) -> Vec<Finding> {
    let timed: Vec<Timed<'_>> = TIMES.iter().flat_map(|time| timed(pairs, time)).collect();
    let refusal = timed.iter().map(Timed::took_turns).find_map(Result::err);
    let chances: Vec<f64> = timed.iter().map(|timed| stats::p_value(&logs(&timed.times)).unwrap_or(1.0)).collect();
    let corrected = stats::holm(&chances);
    let of_task = |task: &str| noise_floor(timed.iter().filter(|cell| cell.task() == task));
    let tasks: BTreeSet<&str> = timed.iter().map(Timed::task).collect();
    let floors: BTreeMap<&str, Option<f64>> = tasks.into_iter().map(|task| (task, of_task(task))).collect();
    let floor = |cell: &Timed<'_>| floors.get(cell.task()).copied().flatten();
    let finding = |(cell, p): (&Timed<'_>, f64)| cell.finding(limits, floor(cell), p, refusal.as_deref());
    timed.iter().zip(corrected).map(finding).collect()
}

/// The logarithms of ratios.
fn logs(pairs: &[(f64, f64)]) -> Vec<f64> {
    pairs.iter().filter(|(a, b)| *a > 0.0 && *b > 0.0).map(|(a, b)| (a / b).ln()).collect()
}

/// How far the base differs from itself: of each cell the end of its A/A interval (Student's, which one stray value
/// does not blow up) that is farther from 1, as a share; and of those the median over the cells of a task.
fn noise_floor<'a>(cells: impl Iterator<Item = &'a Timed<'a>>) -> Option<f64> {
    let ends = cells.filter_map(|cell| {
        let again = stats::mean_interval(&logs(&cell.again))?;
        Some(again.high?.max(-again.low?).exp_m1())
    });
    stats::median(&ends.collect::<Vec<f64>>())
}

/// All repetitions of one cell.
struct Timed<'a> {
    metric: &'static str,
    cell: String,
    /// Base and head of each repetition.
    turns: Vec<(&'a RunRow, &'a RunRow)>,
    /// Their times.
    times: Vec<(f64, f64)>,
    /// The base's times once more, each with the base's.
    again: Vec<(f64, f64)>,
}

fn timed<'a>(pairs: &Pairs<'a>, (metric, tasks, of): &TimeColumn) -> Vec<Timed<'a>> {
    let mut cells: BTreeMap<String, Timed<'a>> = BTreeMap::new();
    let mut twins: HashMap<(String, u64, u64), &RunRow> = HashMap::new();
    for twin in &pairs.twins {
        twins.entry((cell_name(twin), twin.seed, twin.round)).or_insert(twin);
    }
    let own = |pair: &&Pair<'a>| tasks.contains(&pair.base.task.as_str()) && pair.head.status == Status::Ok;
    for pair in pairs.pairs.iter().filter(own) {
        let (Some(base), Some(head)) = (of(pair.base), of(pair.head)) else { continue };
        let cell = cell_name(pair.base);
        let new = || Timed { metric, cell: cell.clone(), turns: Vec::new(), times: Vec::new(), again: Vec::new() };
        let timed = cells.entry(cell.clone()).or_insert_with(new);
        timed.turns.push((pair.base, pair.head));
        timed.times.push((head as f64, base as f64));
        if let Some(again) = twins.get(&(cell, pair.base.seed, pair.base.round)).and_then(|twin| of(twin)) {
            timed.again.push((again as f64, base as f64));
        }
    }
    cells.into_values().collect()
}

impl Timed<'_> {
    fn contrast(&self) -> Option<Contrast> {
        paired::ratio(&self.times)
    }

    fn task(&self) -> &str {
        &self.turns[0].0.task
    }

    /// Whether base and head took turns on one machine, or why they did not.
    fn took_turns(&self) -> Result<(), String> {
        if self.turns.iter().any(|(base, head)| base.host != head.host) {
            return Err("base and head were timed on two machines".to_owned());
        }
        let gap = |(base, head): &(&RunRow, &RunRow)| gap_s(base, head).unwrap_or(f64::INFINITY);
        let widest = self.turns.iter().map(gap).fold(0.0, f64::max);
        let narrowest = self.turns.iter().map(gap).fold(f64::INFINITY, f64::min);
        if narrowest < -OVERLAP_S {
            return Err("base and head were timed at once, so that each slowed the other".to_owned());
        }
        if widest > PAUSE_S {
            return Err("base and head were timed one after the other, at two hours of the machine".to_owned());
        }
        let firsts = self.turns.iter().filter(|(base, head)| base.started < head.started).count();
        if self.turns.len() > 1 && (firsts == 0 || firsts == self.turns.len()) {
            return Err("base and head did not take turns: one of them always came first".to_owned());
        }
        Ok(())
    }

    fn finding(&self, limits: &Limits, floor: Option<f64>, p: f64, refusal: Option<&str>) -> Finding {
        let values = |of: fn(&(f64, f64)) -> f64| stats::median(&self.times.iter().map(of).collect::<Vec<f64>>());
        let (head, base) = (values(|(head, _)| *head), values(|(_, base)| *base));
        let finding = Finding {
            base: base.map(Value::Number),
            head: head.map(Value::Number),
            limit: limits.time,
            noise_floor: floor,
            n: self.turns.len(),
            ..Finding::of(&self.cell, self.metric, Class::Time, self.turns[0].1)
        };
        if let Some(why) = refusal {
            return finding
                .with(Verdict::Refused, format!("{why}; `skipbench gate --against REV` lets both take turns"));
        }
        let Some(contrast) = self.contrast() else { return finding.with(Verdict::Inconclusive, "no time is positive") };
        let (verdict, why) = decide(&contrast, floor, p, limits);
        finding.estimated(&contrast.estimate).with(verdict, why)
    }
}

/// Seconds from the end of the one that came first to the start of the other.
fn gap_s(base: &RunRow, head: &RunRow) -> Option<f64> {
    let start = |row: &RunRow| row.started.parse::<Timestamp>().ok().map(|time| time.as_nanosecond() as f64 / 1e9);
    let (base_start, head_start) = (start(base)?, start(head)?);
    let (first, wall) = if base_start < head_start { (base_start, base.wall_ns) } else { (head_start, head.wall_ns) };
    Some(base_start.max(head_start) - first - wall as f64 / 1e9)
}

fn decide(contrast: &Contrast, floor: Option<f64>, p: f64, limits: &Limits) -> (Verdict, String) {
    let (ratio, limit) = (contrast.estimate, limits.time);
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let (Some(low), Some(high)) = (ratio.low, ratio.high) else {
        return (Verdict::Inconclusive, "a single pair has no interval".to_owned());
    };
    let Some(floor) = floor else {
        return (
            Verdict::Inconclusive,
            "the job did not measure the base a second time, so its noise is not known".to_owned(),
        );
    };
    if ratio.n < LEAST {
        return (Verdict::Inconclusive, format!("{} pairs; {LEAST} are the fewest that are judged", ratio.n));
    }
    if floor > limit {
        let why = format!("the base differs from itself by {}, above the limit of {}", percent(floor), percent(limit));
        return (Verdict::Inconclusive, why);
    }
    let shown = p <= limits.chance;
    if ratio.value > 1.0 + limit {
        let verdict = if low > 1.0 && shown { Verdict::Regressed } else { Verdict::Inconclusive };
        let why = "beyond the limit, but among all times of the job such a one is no surprise; more rounds would tell";
        return (verdict, if verdict == Verdict::Regressed { String::new() } else { why.to_owned() });
    }
    let faster = ratio.value < 1.0 / (1.0 + limit) && high < 1.0 && shown;
    (if faster { Verdict::Improved } else { Verdict::Pass }, String::new())
}
