//! Measures cells of sets alone after all, one process after the other, as `train-epoch` is.

use crate::cell::Cell;
use crate::run::plan::PlannedCell;

use super::together;

/// Returns the cells of a set as they are measured alone. `planned` holds all cells: a seed's second set is its second
/// round.
pub(crate) fn alone(set: &[PlannedCell], planned: &[PlannedCell]) -> Vec<PlannedCell> {
    let alone = |one: &PlannedCell| {
        let before = planned.iter().filter(|other| is_earlier(&other.cell, &one.cell)).count();
        PlannedCell { cell: Cell { set: None, round: before as u64, ..one.cell.clone() }, ..one.clone() }
    };
    set.iter().map(alone).collect()
}

/// Returns whether `other` repeats `cell` in an earlier set, or in one that is measured alone already.
fn is_earlier(other: &Cell, cell: &Cell) -> bool {
    other.set < cell.set
        && (other.task, other.device, other.seed, other.twin) == (cell.task, cell.device, cell.seed, cell.twin)
        && (&other.group, &other.model) == (&cell.group, &cell.model)
}

/// Takes cells out of sets in which a filter left nothing else. `note` receives a message.
pub(crate) fn without_company(cells: Vec<PlannedCell>, note: &dyn Fn(&str)) -> Vec<PlannedCell> {
    let lonely = |set: &[PlannedCell]| set.len() == 1 && set[0].cell.set.is_some();
    let Some(first) = cells.chunk_by(together).find(|set| lonely(set)) else { return cells };
    note(&format!(
        "note: the filter leaves {} nothing to take turns with: such cells are measured alone, and compared with nothing",
        first[0].cell.model
    ));
    let company = |set: &[PlannedCell]| if lonely(set) { alone(set, &cells) } else { set.to_vec() };
    cells.chunk_by(together).flat_map(company).collect()
}
