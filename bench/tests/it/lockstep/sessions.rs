//! Sessions of programs whose times are known.

use skipbench::internals::lockstep::session::Plan;
use skipbench::internals::lockstep::set::Length;
use skipbench_reports::stats::lockstep::TimeVerdict;

use super::machine::{Machine, STEP, outcome, plan, session};

#[test]
fn the_planted_ratio_comes_out_of_a_machine_that_becomes_slower() {
    let mut machine = Machine { drift: 0.02, ..Machine::new(&[STEP, STEP * 1.03, STEP]) };
    let session = session(&mut machine, &plan(3));
    let outcome = outcome(&session, Some(0.01));
    let ratio = outcome.programs[1].ratio.expect("a ratio");
    assert!((ratio.value - 1.03).abs() < 2e-3, "{ratio:?}");
    assert!(outcome.noise_floor.expect("a twin") < 5e-3, "{outcome:?}");
    assert_eq!(outcome.programs[1].verdict, Some(TimeVerdict::Regressed));
    assert!(outcome.programs[2].again && outcome.programs[2].verdict.is_none());
}

#[test]
fn spikes_and_noise_within_and_between_processes_leave_it_in_the_interval() {
    let noisy = Machine::new(&[STEP, STEP * 1.15, STEP * 0.8, STEP]);
    let mut machine = Machine { noise: (0.08, 0.005), spikes: 0.05, drift: 0.01, ..noisy };
    let session = session(&mut machine, &plan(4));
    let outcome = outcome(&session, None);
    for (program, truth) in outcome.programs[1..].iter().zip([1.15, 0.8, 1.0]) {
        let ratio = program.ratio.expect("a ratio");
        assert!(!ratio.excludes(truth) && ratio.half_width() < Some(0.06), "{truth}: {ratio:?}");
    }
    assert_eq!(outcome.programs[1].verdict, Some(TimeVerdict::Slower));
    assert_eq!(outcome.programs[2].verdict, Some(TimeVerdict::Faster));
}

#[test]
fn short_steps_share_a_turn_whose_first_step_does_not_count() {
    let mut machine = Machine::new(&[1e6, 40e6, 1e6]);
    let session = session(&mut machine, &plan(3));
    let turn = |member| session.turns.iter().find(|turn| turn.member == member && turn.counted > 0).expect("a turn");
    assert_eq!((turn(0).times.len(), turn(0).counted), (11, 10));
    assert_eq!((turn(1).times.len(), turn(1).counted), (2, 1), "one rule for all");
    let mut machine = Machine::new(&[STEP, STEP, STEP]);
    let session = self::session(&mut machine, &plan(3));
    assert!(session.turns.iter().all(|turn| turn.times.len() == 1));
    let warm_up = session.turns.iter().filter(|turn| turn.order.is_none());
    assert!(warm_up.count() >= 3 * 6 * 6, "six steps at least for each process");
    let first_block = session.turns.iter().filter(|turn| turn.set == 1 && turn.order < Some(9) && turn.order.is_some());
    assert!(first_block.clone().count() == 9 && first_block.clone().all(|turn| turn.counted == 0));
}

#[test]
fn processes_are_fresh_in_every_set_and_start_in_another_order() {
    let mut machine = Machine::new(&[STEP, STEP, STEP]);
    session(&mut machine, &plan(3));
    let sets: Vec<Vec<usize>> =
        machine.started.chunks(3).map(|set| set.iter().map(|(member, _)| *member).collect()).collect();
    assert_eq!(sets.len(), 6);
    assert!(sets.iter().any(|set| *set != sets[0]), "{sets:?}");
    let paddings: std::collections::HashSet<usize> = machine.started.iter().map(|(_, padding)| *padding).collect();
    assert!(paddings.len() > 15 && paddings.iter().all(|padding| *padding < 4096));
    let mut again = Machine::new(&[STEP, STEP, STEP]);
    session(&mut again, &plan(3));
    assert_eq!(machine.started, again.started, "the seed decides");
}

#[test]
fn steps_can_be_counted_instead_of_seconds() {
    let mut machine = Machine::new(&[STEP, STEP, STEP]);
    let session = session(&mut machine, &Plan { length: Length::Steps(40), ..plan(3) });
    let counted = |member| session.turns.iter().filter(|turn| turn.member == member).map(|turn| turn.counted).sum();
    let counts: Vec<usize> = (0..3).map(counted).collect();
    assert!(counts.iter().all(|count| (6 * 40..=6 * 43).contains(count)), "whole blocks: {counts:?}");
}

#[test]
fn a_precision_adds_the_sets_that_the_pilot_asks_for() {
    let noisy = |noise| Machine { noise: (0.01, noise), ..Machine::new(&[STEP, STEP, STEP]) };
    let precise = Plan { precision: Some(0.02), ..plan(3) };
    let few = session(&mut noisy(0.001), &precise);
    assert_eq!((few.sets, few.wanted_sets), (6, None));
    let more = session(&mut noisy(0.02), &precise);
    assert!(more.sets > 6 && more.sets <= 64, "{}", more.sets);
    assert_eq!(more.sample(1).pilot, 6, "the spread is the pilot's");
    let ratio = outcome(&more, None).programs[1].ratio.expect("a ratio");
    assert!(ratio.half_width() <= Some(0.0205), "{ratio:?}");
    let too_many = session(&mut noisy(0.2), &Plan { most_sets: 10, ..precise });
    assert_eq!(too_many.sets, 10);
    assert!(too_many.wanted_sets > Some(10));
}
