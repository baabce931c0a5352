//! Whose turn it is, and what is measured in it.

use serde_json::Value;
use skipbench_reports::rows::record::RunRow;

use crate::cell::{Cell, Task};
use crate::run::plan;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Base,
    Head,
    /// The base once more.
    Again,
}

impl Side {
    pub(super) fn word(self) -> &'static str {
        match self {
            Side::Base => "base",
            Side::Head => "head",
            Side::Again => "base, once more,",
        }
    }
}

/// Which of the suite's cells a program measures before the other's turn comes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Selection<'a> {
    /// All cells of a task, whose numbers do not depend on the hour.
    Task(Task),
    /// One timed cell, in one round.
    Timed(&'a Cell, u64),
}

impl Selection<'_> {
    /// What picks its cells out of the suite's.
    pub(super) fn filter(&self) -> String {
        match self {
            Selection::Task(task) => format!("/{}/", task.word()),
            Selection::Timed(cell, _) => plan::path(cell),
        }
    }

    /// Whether the row is of it, and not of a cell whose name only begins or ends like it.
    pub(super) fn wants(&self, row: &RunRow) -> bool {
        let Selection::Timed(cell, _) = self else { return true };
        let value = cell.sweep.as_ref().map(|point| point.value);
        let names = [row.group.as_str(), &row.model, &row.task, &row.device];
        names == [cell.group.as_str(), &cell.model, cell.task.word(), &cell.device.to_string()]
            && (row.seed, row.sweep_value, row.twin) == (cell.seed, value, false)
    }

    /// Whether a planned cell, as JSON of whatever version of the program, is of it.
    pub(super) fn plans(&self, planned: &Value) -> bool {
        let Selection::Timed(cell, _) = self else { return true };
        let planned = &planned["cell"];
        planned["group"] == cell.group.as_str()
            && planned["model"] == cell.model.as_str()
            && planned["seed"] == cell.seed
    }

    pub(super) fn round(&self) -> Option<u64> {
        match self {
            Selection::Task(_) => None,
            Selection::Timed(_, round) => Some(*round),
        }
    }
}
