//! Plans: what runs, in which order, and that it does not depend on when it is asked.

use skipbench::internals::cell::Task;
use skipbench::internals::data::Source;
use skipbench::internals::device::{Backend, DeviceId};
use skipbench::internals::run::{Context, PlannedCell, matches, plan};
use skipbench::internals::suite::Suite;
use skipbench::internals::suite::resolve;
use skipbench_models::Images;

use super::TINY;

fn context(jobs: usize) -> Context {
    Context {
        images: vec![(Source::Digits, Source::Digits.load().expect("embedded").summary())],
        devices: vec![DeviceId { backend: Backend::Flex, index: 0 }],
        seeds: vec![1, 2],
        aa: false,
        sets: 3,
        jobs,
        threads: 4,
    }
}

fn planned(jobs: usize) -> Vec<PlannedCell> {
    let suite = Suite::parse("tiny", TINY).expect("valid");
    let groups = resolve(&suite, Images::DIGITS).expect("resolves");
    plan(&suite, &groups, &context(jobs))
}

#[test]
fn sets_come_first_with_the_twin_and_seeds_take_turns() {
    let cells = planned(2);
    let first = cells.iter().take_while(|planned| planned.cell.set.is_some()).count();
    assert_eq!(first, 3 * 2 * 3, "three sets, two tasks, two networks and a twin");
    assert!(cells[first..].iter().all(|planned| planned.cell.set.is_none() && !planned.cell.twin));
    let steps: Vec<(u64, u64, &str, bool)> = cells[..first]
        .iter()
        .map(|PlannedCell { cell, .. }| (cell.set.expect("a set"), cell.seed, cell.model.as_str(), cell.twin))
        .collect();
    let set = |set, seed| {
        [(set, seed, "resnet8-w4", false), (set, seed, "plain8-w4", false), (set, seed, "resnet8-w4", true)]
    };
    assert_eq!(steps[..6], [set(1, 1), set(1, 1)].concat(), "train-step, then infer");
    assert_eq!(steps[6..9], set(2, 2));
    assert_eq!(steps[12..15], set(3, 1));
}

#[test]
fn what_is_timed_alone_comes_before_the_untimed_in_the_order_a_b_b_a() {
    let suite = Suite::parse("tiny", &TINY.replace("\"train-step\"", "\"train-epoch\"")).expect("valid");
    let groups = resolve(&suite, Images::DIGITS).expect("resolves");
    let cells: Vec<PlannedCell> =
        plan(&suite, &groups, &context(2)).into_iter().filter(|planned| planned.cell.set.is_none()).collect();
    let epochs: Vec<(&str, u64)> = cells
        .iter()
        .filter(|planned| planned.cell.task == Task::TrainEpoch)
        .map(|planned| (planned.cell.model.as_str(), planned.cell.seed))
        .collect();
    let (a, b) = ("resnet8-w4", "plain8-w4");
    assert_eq!(epochs, [(a, 1), (b, 1), (b, 2), (a, 2)]);
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

/// Points of a sweep are fitted, not compared: they take no turns.
#[test]
fn a_sweep_is_measured_alone() {
    let text =
        TINY.replace("budget = \"params\"\nmodels = [\"plain8-w4\"]", "sweep = { over = \"depth\", values = [8, 14] }");
    let suite = Suite::parse("swept", &text).expect("valid");
    let groups = resolve(&suite, Images::DIGITS).expect("resolves");
    let cells = plan(&suite, &groups, &context(1));
    assert!(cells.iter().all(|planned| planned.cell.set.is_none() && !planned.cell.twin));
    assert_eq!(cells.len(), 2 * 2 * 5);
}

#[test]
fn every_combination_is_planned_once_under_a_stable_identity() {
    let (once, again) = (planned(2), planned(2));
    assert_eq!(once.len(), 3 * 2 * 3 + 2 * 2 * 3);
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
