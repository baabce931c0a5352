//! Members that do not all fit into memory at once.

use skipbench::internals::cell::{Cell, Task};
use skipbench::internals::data::Source;
use skipbench::internals::run::{Processes, Runner, Sat, Stop, needed, parties, sit};

use super::fake::{Machine, results, set};
use crate::cell;

#[test]
fn the_reference_is_of_every_party_and_its_twin_of_the_first() {
    let of = |needed: &[u64], room| parties(needed, Some(0), room, 8);
    assert_eq!(of(&[1, 1, 1, 1], 4), Some(vec![vec![0, 1, 2, 3]]));
    assert_eq!(of(&[1, 1, 1, 1], 3), Some(vec![vec![0, 1, 3], vec![0, 2]]));
    assert_eq!(of(&[1, 1, 1, 1], 2), Some(vec![vec![0, 3], vec![0, 1], vec![0, 2]]));
    assert_eq!(of(&[1, 3, 1, 1], 4), Some(vec![vec![0, 3], vec![0, 1], vec![0, 2]]));
    assert_eq!(of(&[1, 1, 1, 1], 1), None, "not even two");
    assert_eq!(of(&[1, 9, 1, 1], 4), None, "one has no company");
    let ten = of(&[1; 10], u64::MAX).expect("they fit");
    assert_eq!(ten.iter().map(Vec::len).collect::<Vec<_>>(), [8, 3], "eight programs at once at most");
    assert_eq!(parties(&[1, 1, 1], None, 2, 8), Some(vec![vec![0, 2], vec![1]]), "a filter left no reference");
}

#[test]
fn every_member_is_compared_although_they_sit_in_pairs() {
    let cells = set(2);
    let room = 2 * cells.iter().map(|planned| needed(&planned.cell)).max().expect("cells");
    let mut machine = Machine { step_ns: vec![2e7, 2.2e7, 1.8e7, 2e7], ..Machine::default() };
    let results = results(&cells, room, &mut machine);
    assert_eq!(machine.started.iter().filter(|member| **member == 0).count(), 3, "{:?}", machine.started);
    let ratios: Vec<f64> =
        results[1..].iter().filter_map(|result| result.as_ref().expect("measured").measured.time_ratio).collect();
    assert!(ratios.iter().zip([1.1, 0.9, 1.0]).all(|(ratio, known)| (ratio - known).abs() < 2e-3), "{ratios:?}");
    let index = |member: usize| {
        let samples = &results[member].as_ref().expect("measured").samples;
        samples.iter().filter(|sample| sample.series == "step_ns").map(|sample| sample.index).collect::<Vec<_>>()
    };
    assert!(index(0).last() < index(1).first(), "the reference's row is of the first party, with its twin");
    assert!(index(1).last() < index(2).first(), "and steps are numbered through the set");
}

#[test]
fn what_has_no_room_is_not_begun() {
    let mut machine = Machine { step_ns: vec![2e7; 3], ..Machine::default() };
    let sat = sit(&set(1), 1 << 20, &mut machine, &mut |_| {});
    assert!(matches!(&sat, Sat::Apart(why) if why.contains("1 MiB are free")), "{sat:?}");
    assert!(machine.started.is_empty());
}

/// The estimate is rather too high, for the system kills what needs more.
#[test]
fn no_heap_is_larger_than_its_estimate() {
    let dir = tempfile::tempdir().expect("temp");
    let runner = Processes::new(std::path::Path::new(env!("CARGO_BIN_EXE_skipbench"))).expect("a program");
    for model in ["resnet20", "densenet-22-12", "backbone-concat-22", "vit-d3-w96-h3-p4"] {
        for (task, memory) in [(Task::TrainStep, Task::PeakMemoryTrain), (Task::Infer, Task::PeakMemoryInfer)] {
            let mut cell = Cell { memory_limit_bytes: 1 << 32, ..cell(model, memory) };
            cell.recipe.batch = 128;
            cell.data = Source::Digits.load().expect("embedded").summary();
            let measured = runner.run(&cell, dir.path(), &Stop::new(), &|_| {}).expect("nobody stopped it");
            let peak = measured.expect("measured").measured.heap_peak_bytes.expect("a peak");
            let estimate = needed(&Cell { task, ..cell });
            assert!(peak < estimate - (100 << 20), "{model}: {} of {} MiB", peak >> 20, estimate >> 20);
        }
    }
}
