//! The gate: every cell of the base against the same cell of the head.

use serde::Serialize;
use skipbench_reports::record::{RunRow, Status};
use skipbench_reports::store::Run;

/// Peak heap may grow by this share: identical runs differ by less.
pub const HEAP_TOLERANCE: f64 = 0.005;

/// What a metric shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As before.
    Pass,
    /// Better than the tolerance.
    Improved,
    /// Worse than the tolerance allows, or no longer equal, or no longer measured.
    Regressed,
    /// Not judged: measured on two machines, whose kernels take different scratch buffers.
    Inconclusive,
}

/// One metric of one cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// `group/model/task/device/seed/round`.
    pub cell: String,
    /// What.
    pub metric: &'static str,
    /// In the base; absent where it was not measured.
    pub base: Option<u64>,
    /// In the head.
    pub head: Option<u64>,
    /// What it shows.
    pub verdict: Verdict,
}

/// Why two runs cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// There is nothing to compare with.
    #[error("the base has no measured cell; run the suite to the end first")]
    EmptyBase,
    /// A cell of the base is not in the head.
    #[error("the head lacks {0}, which the base has; run the same suite to the end")]
    Missing(String),
    /// One run holds a cell twice.
    #[error("{0} stands twice in one run; rows were put together by hand")]
    Repeated(String),
    /// The same words, other work.
    #[error("{cell}: {what} differs between base and head, so that they are not the same work")]
    OtherWork {
        /// The cell.
        cell: String,
        /// What differs.
        what: &'static str,
    },
}

/// Judges `head` against `base`, cell by cell.
///
/// # Errors
/// If the runs are not of the same cells.
pub fn judge(base: &[Run], head: &[Run]) -> Result<Vec<Finding>, GateError> {
    let measured: Vec<&RunRow> = base.iter().map(|run| &run.row).filter(|row| row.status == Status::Ok).collect();
    if measured.is_empty() {
        return Err(GateError::EmptyBase);
    }
    let mut findings = Vec::new();
    for before in measured {
        let cell = label(before);
        only(base, &cell)?;
        let after = only(head, &cell)?.ok_or_else(|| GateError::Missing(cell.clone()))?;
        findings.extend(compare(&cell, before, after)?);
    }
    Ok(findings)
}

fn label(row: &RunRow) -> String {
    let twin = if row.twin { "/twin" } else { "" };
    format!("{}/{}/{}/{}/seed={}/round={}{twin}", row.group, row.model, row.task, row.device, row.seed, row.round)
}

fn only<'a>(runs: &'a [Run], cell: &str) -> Result<Option<&'a RunRow>, GateError> {
    let mut found = runs.iter().map(|run| &run.row).filter(|row| label(row) == cell);
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(GateError::Repeated(cell.to_owned())),
        (row, None) => Ok(row),
    }
}

fn compare(cell: &str, before: &RunRow, after: &RunRow) -> Result<Vec<Finding>, GateError> {
    let same = [
        ("the data set", before.data_sha256 == after.data_sha256),
        ("the recipe", before.recipe == after.recipe),
        ("the number of threads", before.threads == after.threads),
    ];
    if let Some((what, _)) = same.iter().find(|(_, same)| !same) {
        return Err(GateError::OtherWork { cell: cell.to_owned(), what });
    }
    let exact = |metric, base: Option<u64>, head: Option<u64>| {
        let verdict = if base == head { Verdict::Pass } else { Verdict::Regressed };
        Finding { cell: cell.to_owned(), metric, base, head, verdict }
    };
    let mut findings = vec![
        exact("params", before.params, after.params),
        exact("macs", before.macs, after.macs),
        exact("activation_bytes", before.activation_bytes, after.activation_bytes),
        exact("saved_bytes", before.saved_bytes, after.saved_bytes),
        exact("steps", before.steps, after.steps),
    ];
    findings.retain(|finding| finding.base.is_some() || finding.head.is_some());
    let one_machine = before.host == after.host;
    findings.extend(before.heap_peak_bytes.map(|base| heap(cell, base, after.heap_peak_bytes, one_machine)));
    Ok(findings)
}

fn heap(cell: &str, base: u64, head: Option<u64>, one_machine: bool) -> Finding {
    let growth = head.map(|head| head as f64 / base as f64 - 1.0);
    let verdict = match growth {
        Some(_) if !one_machine => Verdict::Inconclusive,
        Some(growth) if growth > HEAP_TOLERANCE => Verdict::Regressed,
        Some(growth) if growth < -HEAP_TOLERANCE => Verdict::Improved,
        Some(_) => Verdict::Pass,
        None => Verdict::Regressed,
    };
    Finding { cell: cell.to_owned(), metric: "heap_peak_bytes", base: Some(base), head, verdict }
}
