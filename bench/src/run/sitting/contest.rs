//! Defines what sets are repetitions of.

use crate::cell::{Cell, Task};
use crate::run::plan::PlannedCell;

/// The members of a group at one task on one device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Contest {
    pub(crate) group: String,
    pub(crate) task: Task,
    pub(crate) device: String,
}

impl Contest {
    /// Returns the contest in whose sets the cell takes turns, or `None` if it is measured alone.
    pub(crate) fn of(cell: &Cell) -> Option<Self> {
        cell.set.map(|_| Self { group: cell.group.clone(), task: cell.task, device: cell.device.to_string() })
    }
}

impl std::fmt::Display for Contest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.group, self.task.word(), self.device)
    }
}

/// Returns whether two cells belong to one set, or both to none.
pub(crate) fn together(a: &PlannedCell, b: &PlannedCell) -> bool {
    a.cell.set == b.cell.set && Contest::of(&a.cell) == Contest::of(&b.cell)
}
