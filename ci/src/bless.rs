//! Makes a new baseline from a run that is meant to differ, and lists what that changes.

use std::collections::HashSet;

use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::Run;

use crate::finding::cell_label;
use crate::pair::PairError;
use crate::possible;

/// A new baseline that is not written yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Blessing {
    /// Rows of the new baseline.
    pub runs: Vec<Run>,
    /// Differences, one line each: `cell: column: old -> new`.
    pub changes: Vec<String>,
}

/// Says why a run cannot be a baseline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlessError {
    /// The run is empty.
    #[error("the head has no row")]
    Empty,
    /// A cell was not measured.
    #[error("{cell} was not measured ({error}); a baseline holds measured cells only")]
    NotMeasured {
        /// Name of the cell.
        cell: String,
        /// Reason why it was not measured.
        error: String,
    },
    /// A cell is listed twice, or holds an impossible value.
    #[error(transparent)]
    Pair(#[from] PairError),
}

type Column = (&'static str, fn(&RunRow) -> String);

/// Columns that a baseline fixes, and those that mean other work where they differ.
const SHOWN: [Column; 20] = [
    ("params", |row| format_optional(row.params)),
    ("macs", |row| format_optional(row.macs)),
    ("activation_bytes", |row| format_optional(row.activation_bytes)),
    ("saved_bytes", |row| format_optional(row.saved_bytes)),
    ("join_bytes", |row| format_optional(row.join_bytes)),
    ("output_shape", |row| row.output_shape.clone()),
    ("steps", |row| format_optional(row.steps)),
    ("loss", |row| format_optional(row.loss)),
    ("heap_peak_bytes", |row| format_optional(row.heap_peak_bytes)),
    ("work_allocations", |row| format_optional(row.work_allocations)),
    ("work_allocated_bytes", |row| format_optional(row.work_allocated_bytes)),
    ("work_kernel_calls", |row| format_optional(row.work_kernel_calls)),
    ("work_kernel_macs", |row| format_optional(row.work_kernel_macs)),
    ("work_kernel_bytes", |row| format_optional(row.work_kernel_bytes)),
    ("work_instructions", |row| format_optional(row.work_instructions)),
    ("test_correct", |row| format_optional(row.test_correct)),
    ("spec", |row| row.spec.to_string()),
    ("data_sha256", |row| row.data_sha256.clone()),
    ("threads", |row| row.threads.to_string()),
    ("recipe", |row| row.recipe.to_string()),
];

fn format_optional(value: Option<impl ToString>) -> String {
    value.map_or("absent".to_owned(), |value| value.to_string())
}

/// Returns all rows of the head, and what they change in `base`: cells that are new, missing or different.
///
/// # Errors
/// Returns an error if there is no row, or if a cell is listed twice, was not measured, or holds an impossible value.
pub fn bless(base: &[Run], head: &[Run]) -> Result<Blessing, BlessError> {
    if head.is_empty() {
        return Err(BlessError::Empty);
    }
    if let Some(run) = head.iter().find(|run| run.row.status != Status::Ok) {
        return Err(BlessError::NotMeasured { cell: cell_label(&run.row), error: run.row.error.clone() });
    }
    possible::check(head.iter().map(|run| &run.row), "head")?;
    let mut cells = HashSet::new();
    if let Some(cell) = head.iter().map(|run| cell_label(&run.row)).find(|cell| !cells.insert(cell.clone())) {
        return Err(PairError::Repeated { cell, run: "head" }.into());
    }
    let gone = base.iter().map(|run| cell_label(&run.row)).filter(|cell| !cells.contains(cell));
    let mut changes: Vec<String> = gone.map(|cell| format!("{cell}: no longer there")).collect();
    changes.extend(head.iter().flat_map(|run| self::changes(base, &run.row)));
    Ok(Blessing { runs: head.to_vec(), changes })
}

fn changes(base: &[Run], head: &RunRow) -> Vec<String> {
    let cell = cell_label(head);
    let Some(old) = base.iter().map(|run| &run.row).find(|row| cell_label(row) == cell) else {
        return vec![format!("{cell}: new")];
    };
    let differing = SHOWN.iter().map(|(name, of)| (name, of(old), of(head))).filter(|(_, old, new)| old != new);
    differing.map(|(name, old, new)| format!("{cell}: {name}: {old} -> {new}")).collect()
}
