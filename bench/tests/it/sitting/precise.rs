//! How many sets a precision needs.

use skipbench::internals::run::{Goal, PlannedCell, needs, next};
use skipbench_reports::rows::record::{RunRow, Status};

use super::fake::set;

const GOAL: Goal = Goal { half_width: 0.02, max_time_s: 1, pilot: 3 };

/// Sets of a reference, another network with these ratios, and a twin that is itself.
fn measured(ratios: &[f64]) -> (Vec<PlannedCell>, Vec<RunRow>) {
    let (mut planned, mut rows) = (Vec::new(), Vec::new());
    for (number, ratio) in (1..).zip(ratios) {
        for mut cell in set(1) {
            (cell.cell.set, cell.cell.seed) = (Some(number), 1 + (number - 1) % 2);
            let reference = cell.cell.model == cell.reference;
            rows.push(RunRow {
                status: Status::Ok,
                group: cell.cell.group.clone(),
                task: cell.cell.task.word().to_owned(),
                device: cell.cell.device.to_string(),
                model: cell.cell.model.clone(),
                twin: cell.cell.twin,
                set: Some(number),
                time_ratio: (!reference || cell.cell.twin).then_some(if reference { 1.0 } else { *ratio }),
                ..RunRow::default()
            });
            planned.push(cell);
        }
    }
    (planned, rows)
}

#[test]
fn the_first_sets_spread_says_how_many_are_needed() {
    let (planned, rows) = measured(&[1.10, 1.11, 1.12]);
    let narrow = needs(&rows, &planned, &GOAL);
    assert_eq!((narrow.len(), narrow[0].has, narrow[0].needs), (1, 3, 4), "{narrow:?}");
    let (planned, rows) = measured(&[1.0, 1.1, 1.2]);
    let wide = needs(&rows, &planned, &GOAL);
    assert!(wide[0].needs > 100, "{wide:?}");
    // What comes after the pilot says nothing of how many are needed: that is what keeps the interval's coverage.
    let (planned, rows) = measured(&[1.10, 1.11, 1.12, 3.0, 0.5]);
    let more = needs(&rows, &planned, &GOAL);
    assert_eq!((more[0].has, more[0].needs), (5, 4));
}

#[test]
fn the_next_set_is_the_first_once_more_and_seeds_take_turns() {
    let (mut planned, rows) = measured(&[1.0, 1.1, 1.2]);
    let need = needs(&rows, &planned, &GOAL).remove(0);
    for (set, seed) in [(4, 2), (5, 1), (6, 2)] {
        let cells = next(&need, &planned);
        assert_eq!(cells.len(), 3);
        assert!(cells.iter().all(|planned| (planned.cell.set, planned.cell.seed) == (Some(set), seed)), "{cells:?}");
        planned.extend(cells);
    }
}

/// Rounds, as skipbench measured them before there were sets, are no sets.
#[test]
fn rounds_are_not_counted() {
    let (planned, mut rows) = measured(&[1.0, 1.1, 1.2]);
    rows.iter_mut().for_each(|row| (row.set, row.time_ratio) = (None, None));
    assert_eq!(needs(&rows, &planned, &GOAL), []);
}
