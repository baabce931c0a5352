//! Plans: what runs, in which order, and that it does not depend on when it is asked.

use skipbench::internals::cell::Task;
use skipbench::internals::data::Source;
use skipbench::internals::device::{Backend, DeviceId};
use skipbench::internals::run::{Context, PlannedCell, matches, plan};
use skipbench::internals::suite::Suite;
use skipbench::internals::suite::resolve;
use skipbench_models::Images;

use super::TINY;

fn planned(jobs: usize) -> Vec<PlannedCell> {
    let suite = Suite::parse("tiny", TINY).expect("valid");
    let groups = resolve(&suite, Images::DIGITS).expect("resolves");
    let context = Context {
        images: vec![(Source::Digits, Source::Digits.load().expect("embedded").summary())],
        devices: vec![DeviceId { backend: Backend::Flex, index: 0 }],
        seeds: vec![1, 2],
        aa: false,
        jobs,
        threads: 4,
    };
    plan(&suite, &groups, &context)
}

#[test]
fn timed_cells_come_first_alone_and_in_the_order_a_b_b_a() {
    let cells = planned(2);
    let steps: Vec<(String, u64)> = cells
        .iter()
        .filter(|planned| planned.cell.task == Task::TrainStep)
        .map(|planned| (planned.cell.model.clone(), planned.cell.seed))
        .collect();
    let (a, b) = ("resnet8-w4".to_owned(), "plain8-w4".to_owned());
    assert_eq!(steps, [(a.clone(), 1), (b.clone(), 1), (b, 2), (a, 2)]);
    let first_untimed = cells.iter().position(|planned| !planned.cell.task.is_timed()).expect("some");
    assert!(cells[first_untimed..].iter().all(|planned| !planned.cell.task.is_timed()));
    for PlannedCell { cell, .. } in &cells {
        let expected = match cell.task {
            task if task.is_timed() => (1, 4),
            task if task.is_memory() => (2, 1),
            _ => (2, 2),
        };
        assert_eq!((cell.concurrent, cell.threads), expected, "{}", cell.label());
    }
}

#[test]
fn every_combination_is_planned_once_under_a_stable_identity() {
    let (once, again) = (planned(2), planned(2));
    assert_eq!(once.len(), 2 * 2 * 5);
    let ids: Vec<String> = once.iter().map(|planned| planned.cell.id()).collect();
    assert_eq!(ids, again.iter().map(|planned| planned.cell.id()).collect::<Vec<_>>());
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
}

#[test]
fn a_cell_survives_its_json() {
    for PlannedCell { cell, .. } in planned(1) {
        let back: skipbench::internals::cell::Cell =
            serde_json::from_str(&serde_json::to_string(&cell).expect("plain")).expect("the same");
        assert_eq!(back.id(), cell.id());
        assert_eq!(back, cell);
    }
}

#[test]
fn filters_need_every_word() {
    let cell = &planned(1)[0].cell;
    assert!(matches(cell, "resnet8 train-step seed=1"));
    assert!(!matches(cell, "resnet8 seed=2"));
}
