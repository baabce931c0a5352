//! Sessions in which a program breaks, changes what it counts, or the user ends it.

use skipbench::internals::lockstep::session::run;
use skipbench_reports::stats::lockstep::TimeVerdict;

use super::machine::{Heard, Machine, Mishap, STEP, outcome, plan, session};

#[test]
fn a_program_that_breaks_is_an_error_and_the_others_go_on() {
    for mishap in [Mishap::NeverReady(1), Mishap::DiesAfter(1, 200), Mishap::CountsOther(1)] {
        let programs = Machine::new(&[STEP, STEP, STEP * 1.1, STEP]);
        let mut machine = Machine { mishap: Some(mishap), ..programs };
        let session = session(&mut machine, &plan(4));
        let outcome = outcome(&session, Some(0.03));
        assert!(outcome.programs[1].error.is_some() && outcome.programs[1].ratio.is_none(), "{mishap:?}");
        assert!(outcome.is_broken());
        assert_eq!(outcome.programs[2].verdict, Some(TimeVerdict::Regressed), "{mishap:?}");
        assert_eq!(outcome.programs[2].set_ratios.len(), 6, "{mishap:?}");
        let starts = machine.started.iter().filter(|(member, _)| *member == 1).count();
        assert_eq!(starts, 1, "{mishap:?}: it is not started again");
    }
}

#[test]
fn without_the_reference_nothing_goes_on() {
    for mishap in [Mishap::NeverReady(0), Mishap::DiesAfter(0, 100)] {
        let mut machine = Machine { mishap: Some(mishap), ..Machine::new(&[STEP, STEP, STEP]) };
        let session = session(&mut machine, &plan(3));
        assert_eq!(session.sets, 1);
        let outcome = outcome(&session, Some(0.03));
        assert!(
            outcome.is_broken() && outcome.programs[1].verdict.is_none_or(|verdict| verdict == TimeVerdict::CannotTell)
        );
    }
}

#[test]
fn without_the_twin_there_is_no_floor_but_a_ratio() {
    let mut machine = Machine { mishap: Some(Mishap::DiesAfter(2, 100)), ..Machine::new(&[STEP, STEP * 1.1, STEP]) };
    let session = session(&mut machine, &plan(3));
    let outcome = outcome(&session, None);
    assert_eq!(outcome.noise_floor, None);
    assert_eq!(outcome.programs[1].verdict, Some(TimeVerdict::Slower));
}

#[test]
fn an_interrupt_ends_it_at_once() {
    let mut machine = Machine { mishap: Some(Mishap::InterruptAfter(100)), ..Machine::new(&[STEP, STEP, STEP]) };
    let session = run(&plan(3), &mut machine, &mut Heard::default());
    assert_eq!((session.sets, session.turns.len(), session.interrupted_of), (0, 0, Some(6)));
    assert_eq!(machine.turns.get(), 101);
}

#[test]
fn an_interrupt_leaves_the_sets_that_are_done() {
    let whole = session(&mut Machine::new(&[STEP, STEP * 1.1, STEP]), &plan(3));
    let two: Vec<_> = whole.turns.iter().filter(|turn| turn.set <= 2).collect();
    let mishap = Some(Mishap::InterruptAfter(two.len() as u64 + 5));
    let mut machine = Machine { mishap, ..Machine::new(&[STEP, STEP * 1.1, STEP]) };
    let session = run(&plan(3), &mut machine, &mut Heard::default());
    assert_eq!((session.sets, session.interrupted_of), (2, Some(6)));
    assert_eq!(session.turns.iter().collect::<Vec<_>>(), two, "and nothing of the third");
    let outcome = outcome(&session, None);
    assert_eq!((outcome.sets, outcome.interrupted_of, outcome.programs[1].set_ratios.len()), (2, Some(6), 2));
}

#[test]
fn no_rate_is_told_of_what_counts_something_else_than_the_reference() {
    let mut machine = Machine { mishap: Some(Mishap::CountsOther(1)), ..Machine::new(&[STEP; 4]) };
    let outcome = outcome(&session(&mut machine, &plan(4)), None);
    let other = &outcome.programs[1];
    assert!(other.units_per_s.is_none() && other.ratio.is_none() && other.set_ratios.is_empty(), "{other:?}");
    assert!(other.error.as_ref().is_some_and(|error| error.contains("counts tokens, but the reference counts images")));
    assert!(outcome.programs[0].units_per_s.is_some() && outcome.programs[2].units_per_s.is_some());
}

#[test]
fn what_a_program_counts_may_not_change_from_set_to_set() {
    let mut machine = Machine { mishap: Some(Mishap::CountsMoreFrom(1, 3)), ..Machine::new(&[STEP; 4]) };
    let outcome = outcome(&session(&mut machine, &plan(4)), None);
    let error = outcome.programs[1].error.as_deref().expect("it broke");
    assert_eq!(error, "counted 64 images per step in its first set, and now counts 65 images");
    assert_eq!(outcome.programs[2].set_ratios.len(), 6, "the others go on");
}
