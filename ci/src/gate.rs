//! Applies every rule to every cell, and decides what that means for the change.

use serde::Serialize;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::Run;

use crate::columns;
use crate::config::{Config, Inconclusive};
use crate::finding::{Class, Finding, STEP_TIME, UNMEASURED, Verdict, cell_label};
use crate::pair::{Pair, PairError, Pairs, pair};
use crate::restless::Restless;
use crate::rules::{accuracy, exact, missing, repeated, time};
use crate::series::RunSeries;
use crate::sets::SetTimes;

/// Holds what the gate found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgment {
    /// Verdict on the whole.
    pub verdict: Verdict,
    /// How an inconclusive metric affects it.
    pub inconclusive: Inconclusive,
    /// Number of the base's values that had to be judged.
    pub due: usize,
    /// Number of those that were judged. For each of the others a finding says why it was not.
    pub judged: usize,
    /// Number of cells that only the head has, about which nothing can be said.
    pub new_cells: usize,
    /// Number of turns that counted, where programs took turns.
    pub turns: u64,
    /// Number of turns that were left out because something else held the machine up.
    pub dropped_turns: u64,
    /// Programs that worked between their turns.
    pub restless: Vec<Restless>,
    /// Duration of the job that measured, in seconds, where there was one.
    pub seconds: Option<f64>,
    /// Findings on every metric, the worst first.
    pub findings: Vec<Finding>,
}

impl Judgment {
    /// Returns how many findings have `verdict`.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }

    /// Returns 0 for passed, 1 for regressed, 2 if a program broke or nothing was judged, and 3 for inconclusive.
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::Pass | Verdict::Improved => 0,
            Verdict::Regressed => 1,
            Verdict::Broken | Verdict::Refused => 2,
            Verdict::Inconclusive => 3,
        }
    }
}

/// Judges `head` against `base`.
///
/// # Errors
/// Returns an error if the runs are not of the same cells.
pub fn judge(base: &[Run], head: &[Run], config: &Config) -> Result<Judgment, PairError> {
    judge_job(base, head, &[], config)
}

/// The rows of a job.
#[derive(Debug, Clone, Copy)]
pub struct JobRows<'a> {
    /// Rows of the base, whose samples are not read.
    pub base: &'a [Run],
    /// Rows of the head, likewise.
    pub head: &'a [Run],
    /// Rows of the base in another order of its sections, where a job measured it.
    pub relinked: &'a [Run],
    /// What the samples of base and head hold.
    pub series: [&'a RunSeries; 2],
}

/// Judges `head` against `base`, in a job that also measured the base `relinked` in another order of its sections.
///
/// # Errors
/// Returns an error if the runs are not of the same cells.
pub fn judge_job(base: &[Run], head: &[Run], relinked: &[Run], config: &Config) -> Result<Judgment, PairError> {
    let series = [&RunSeries::of(base), &RunSeries::of(head)];
    judge_rows(JobRows { base, head, relinked, series }, config)
}

/// Judges rows whose samples may be gone.
///
/// # Errors
/// Returns an error if the runs are not of the same cells.
pub fn judge_rows(
    JobRows { base, head, relinked, series }: JobRows<'_>,
    config: &Config,
) -> Result<Judgment, PairError> {
    let pairs = pair(base, head, relinked)?;
    let mut findings: Vec<Finding> = Vec::new();
    for pair in &pairs.pairs {
        findings.extend(exact::judge(pair, &config.limits));
        findings.extend(repeated::judge(pair, &config.limits));
        findings.extend(missing::judge(pair, series));
    }
    findings.extend(time::judge(&pairs, &config.limits));
    findings.extend(accuracy::judge(&pairs, &config.limits));
    let (due, judged) = count(&pairs, &findings)?;
    findings.extend(pairs.unmeasured.iter().map(|(base, head)| unmeasured(base, *head)));
    Ok(Judgment { due, judged, new_cells: pairs.new, ..judgment(findings, config) })
}

/// Judges named times of given programs, which have no cells, or the reasons why there are none. If one broke, the
/// others are still judged.
pub fn judge_times(times: Vec<(String, Result<SetTimes, String>)>, config: &Config) -> Judgment {
    let due = times.len();
    let finding = |name: &str| Finding::of(name, STEP_TIME, Class::Time, &RunRow::default());
    let (mut measured, mut broken) = (Vec::new(), Vec::new());
    for (name, times) in times {
        match times {
            Ok(sets) => measured.push((Finding { n: sets.head_ratios.len(), ..finding(&name) }, sets)),
            Err(error) => {
                broken.push(Finding { n: 0, limit: config.limits.time, ..finding(&name) }.with(Verdict::Broken, error))
            }
        }
    }
    let judged = measured.len();
    let mut findings = time::verdict::judge(measured, &config.limits);
    findings.extend(broken);
    Judgment { due, judged, ..judgment(findings, config) }
}

/// Returns what follows from findings alone.
fn judgment(mut findings: Vec<Finding>, config: &Config) -> Judgment {
    findings.sort_by_key(|finding| finding.verdict);
    let sum = |of: fn(&SetTimes) -> u64| findings.iter().filter_map(|finding| finding.sets.as_deref()).map(of).sum();
    Judgment {
        verdict: whole(&findings, config.inconclusive),
        inconclusive: config.inconclusive,
        due: 0,
        judged: 0,
        new_cells: 0,
        turns: sum(|sets| sets.turns),
        dropped_turns: sum(|sets| sets.dropped_turns),
        restless: Vec::new(),
        seconds: None,
        findings,
    }
}

/// Counts the base's values that must be judged, and those that were.
///
/// # Errors
/// Returns an error if the rules said nothing at all about one of them.
fn count(pairs: &Pairs<'_>, findings: &[Finding]) -> Result<(usize, usize), PairError> {
    let of_failed: usize = failed(pairs).map(|pair| columns::due(pair.base)).sum();
    let due: usize = pairs.pairs.iter().map(|pair| columns::due(pair.base)).sum();
    let (refused, judged): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().filter(|finding| is_due(finding)).partition(|finding| finding.verdict == Verdict::Refused);
    let values = |findings: &[&Finding]| findings.iter().map(|finding| finding.n).sum::<usize>();
    let answered = values(&refused) + values(&judged) + of_failed;
    if answered == due { Ok((due, values(&judged))) } else { Err(PairError::Uncounted { due, answered }) }
}

/// Returns cells that the head did not measure. One finding represents all of their values.
fn failed<'a>(pairs: &'a Pairs<'_>) -> impl Iterator<Item = &'a Pair<'a>> {
    pairs.pairs.iter().filter(|pair| pair.head.status != Status::Ok)
}

/// Returns whether a finding is about values that had to be judged, not about a cell as a whole or a value that only
/// must be present.
fn is_due(finding: &Finding) -> bool {
    finding.metric != UNMEASURED && !finding.presence
}

/// Reports a cell that the base failed to measure. It says nothing about the head, and must not look judged.
fn unmeasured(base: &RunRow, head: Option<&RunRow>) -> Finding {
    let head = head.map_or("the head lacks it", |head| match head.status {
        Status::Ok => "the head measured it",
        _ => "nor did the head",
    });
    let error = if base.error.is_empty() { "it gives no reason" } else { &base.error };
    let why = format!("the base did not measure it ({error}); {head}");
    Finding::of(&cell_label(base), UNMEASURED, Class::Exact, base).with(Verdict::Refused, why)
}

fn whole(findings: &[Finding], inconclusive: Inconclusive) -> Verdict {
    let any = |verdict| findings.iter().any(|finding| finding.verdict == verdict);
    let failed = any(Verdict::Inconclusive) && inconclusive == Inconclusive::Fail;
    if any(Verdict::Broken) {
        Verdict::Broken
    } else if any(Verdict::Regressed) || failed {
        Verdict::Regressed
    } else if any(Verdict::Inconclusive) && inconclusive == Inconclusive::Report {
        Verdict::Inconclusive
    } else if any(Verdict::Improved) {
        Verdict::Improved
    } else if any(Verdict::Pass) || any(Verdict::Inconclusive) {
        Verdict::Pass
    } else {
        Verdict::Refused
    }
}
