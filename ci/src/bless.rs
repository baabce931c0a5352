//! A new baseline from a run that is meant to differ, and what that changes.

use skipbench_reports::record::{RunRow, Status};
use skipbench_reports::store::Run;

use crate::finding::label;
use crate::pair::PairError;

/// A baseline in the making.
#[derive(Debug, Clone, PartialEq)]
pub struct Blessing {
    /// The rows of the new baseline.
    pub runs: Vec<Run>,
    /// What differs, a line each: `cell: column: old -> new`.
    pub changes: Vec<String>,
}

/// Why a run cannot be a baseline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlessError {
    /// Nothing in it.
    #[error("the head has no row")]
    Empty,
    /// A cell was not measured.
    #[error("{cell} was not measured ({error}); a baseline holds measured cells only")]
    NotMeasured {
        /// The cell.
        cell: String,
        /// Why.
        error: String,
    },
    /// A cell that the base has is missing, or stands twice.
    #[error(transparent)]
    Pair(#[from] PairError),
}

type Column = (&'static str, fn(&RunRow) -> String);

const SHOWN: [Column; 9] = [
    ("params", |row| told(row.params)),
    ("macs", |row| told(row.macs)),
    ("activation_bytes", |row| told(row.activation_bytes)),
    ("saved_bytes", |row| told(row.saved_bytes)),
    ("output_shape", |row| row.output_shape.clone()),
    ("steps", |row| told(row.steps)),
    ("loss", |row| told(row.loss)),
    ("heap_peak_bytes", |row| told(row.heap_peak_bytes)),
    ("recipe", |row| row.recipe.clone()),
];

fn told(value: Option<impl ToString>) -> String {
    value.map_or("absent".to_owned(), |value| value.to_string())
}

/// The head's rows of the cells that `base` has, or all of them where there is no base yet.
///
/// # Errors
/// If a cell is missing, stands twice or was not measured.
pub fn bless(base: &[Run], head: &[Run]) -> Result<Blessing, BlessError> {
    let known: Vec<String> = base.iter().map(|run| label(&run.row)).collect();
    let mut wanted: Vec<String> = known.clone();
    if base.is_empty() {
        wanted = head.iter().map(|run| label(&run.row)).collect();
    }
    let runs: Vec<Run> = wanted.iter().map(|cell| only(head, cell)).collect::<Result<_, _>>()?;
    if runs.is_empty() {
        return Err(BlessError::Empty);
    }
    if let Some(run) = runs.iter().find(|run| run.row.status != Status::Ok) {
        return Err(BlessError::NotMeasured { cell: label(&run.row), error: run.row.error.clone() });
    }
    let changes = runs.iter().flat_map(|run| changes(base, &run.row)).collect();
    Ok(Blessing { runs, changes })
}

fn only(head: &[Run], cell: &str) -> Result<Run, PairError> {
    let mut found = head.iter().filter(|run| label(&run.row) == cell);
    match (found.next(), found.next()) {
        (Some(run), None) => Ok(run.clone()),
        (None, _) => Err(PairError::Missing { cell: cell.to_owned(), others: 0 }),
        (_, Some(_)) => Err(PairError::Repeated { cell: cell.to_owned(), run: "head" }),
    }
}

fn changes(base: &[Run], head: &RunRow) -> Vec<String> {
    let cell = label(head);
    let Some(old) = base.iter().map(|run| &run.row).find(|row| label(row) == cell) else {
        return vec![format!("{cell}: new")];
    };
    let differing = SHOWN.iter().map(|(name, of)| (name, of(old), of(head))).filter(|(_, old, new)| old != new);
    differing.map(|(name, old, new)| format!("{cell}: {name}: {old} -> {new}")).collect()
}
