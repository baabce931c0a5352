//! The gate: every rule over every cell, and what that means for the change.

use serde::Serialize;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::Run;

use crate::config::{Config, Inconclusive};
use crate::finding::{Class, Finding, UNMEASURED, Verdict, cell_label};
use crate::pair::{PairError, pair};
use crate::rules::{accuracy, exact, heap, time};

/// What the gate found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
    /// What is said of the whole.
    pub verdict: Verdict,
    /// What an inconclusive metric makes of it.
    pub inconclusive: Inconclusive,
    /// Cells that only the head has, about which nothing can be said.
    pub new_cells: usize,
    /// Every metric, the worst first.
    pub findings: Vec<Finding>,
}

impl Judgement {
    /// How many findings have `verdict`.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }

    /// 0 passed, 1 regressed, 2 nothing was judged, 3 inconclusive.
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::Pass | Verdict::Improved => 0,
            Verdict::Regressed => 1,
            Verdict::Refused => 2,
            Verdict::Inconclusive => 3,
        }
    }
}

/// Judges `head` against `base`.
///
/// # Errors
/// If the runs are not of the same cells.
pub fn judge(base: &[Run], head: &[Run], config: &Config) -> Result<Judgement, PairError> {
    let pairs = pair(base, head)?;
    let mut findings: Vec<Finding> = Vec::new();
    for pair in &pairs.pairs {
        findings.extend(exact::judge(pair, &config.limits));
        findings.extend(heap::judge(pair, &config.limits));
    }
    findings.extend(time::judge(&pairs, &config.limits));
    findings.extend(accuracy::judge(&pairs, &config.limits));
    findings.extend(pairs.unmeasured.iter().map(|(base, head)| unmeasured(base, *head)));
    findings.sort_by_key(|finding| finding.verdict);
    let verdict = whole(&findings, config.inconclusive);
    Ok(Judgement { verdict, inconclusive: config.inconclusive, new_cells: pairs.new, findings })
}

/// A cell that the base failed to measure says nothing of the head; that is said, lest it look judged.
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
    if any(Verdict::Regressed) || failed {
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
