//! Sets of fake programs with known times: what their rows would say.

use std::cell::{Cell as Shared, RefCell};
use std::rc::Rc;

use skipbench::internals::cell::{Cell, Measured, Outcome, Sample, Task};
use skipbench::internals::lockstep::{Evidence, Fault, Introduction, Launcher, Live, Turned};
use skipbench::internals::run::{CellResult, PlannedCell, Sat, sit};
use skipbench_reports::rows::record::Status;

use crate::cell;

/// A machine that becomes slower all the time, whose programs write down what they do.
#[derive(Default)]
pub(super) struct Machine {
    /// Nanoseconds of a step of each member on the fresh machine.
    pub(super) step_ns: Vec<f64>,
    /// The member that breaks, in which turn, and how.
    pub(super) breaks: Option<(usize, u64, &'static str)>,
    /// Steps of all programs so far, each with its member and time; those of the warm-up too.
    pub(super) steps: Rc<RefCell<Vec<(usize, u64)>>>,
    /// Who lived with whom: members in the order in which they started, a set of fresh processes each.
    pub(super) started: Vec<usize>,
    pub(super) now_ns: Rc<Shared<f64>>,
}

pub(super) struct Program {
    member: usize,
    step_ns: f64,
    breaks: Option<(u64, &'static str)>,
    turns: u64,
    steps: Rc<RefCell<Vec<(usize, u64)>>>,
    now_ns: Rc<Shared<f64>>,
}

impl Launcher for Machine {
    type Live = Program;

    fn start(&mut self, member: usize, _: usize) -> Result<(Program, Introduction), Fault> {
        self.started.push(member);
        let breaks = self.breaks.filter(|(broken, ..)| *broken == member).map(|(_, turn, error)| (turn, error));
        if let Some((0, error)) = breaks {
            return Err(Fault::Broken(error.into()));
        }
        let measured = Measured { params: Some(7), forward_ns_median: Some(5), ..Measured::default() };
        let outcome =
            Outcome { device_name: "fake".into(), measured, samples: vec![Sample::new("forward_ns", 1, 5.0)] };
        let fact = ("measured".to_owned(), serde_json::to_string(&outcome).expect("JSON"));
        let introduction = Introduction { facts: vec![fact], ..Introduction::default() };
        let (steps, now_ns) = (Rc::clone(&self.steps), Rc::clone(&self.now_ns));
        Ok((Program { member, step_ns: self.step_ns[member], breaks, turns: 0, steps, now_ns }, introduction))
    }
}

impl Live for Program {
    fn turn(&mut self, steps: u32) -> Result<Turned, Fault> {
        self.turns += 1;
        match self.breaks {
            Some((turn, error)) if self.turns > turn => return Err(Fault::Broken(error.into())),
            _ => {}
        }
        let step = |_| {
            let ns = (self.step_ns * (1.0 + self.now_ns.get() / 1e11)) as u64;
            self.now_ns.set(self.now_ns.get() + ns as f64);
            self.steps.borrow_mut().push((self.member, ns));
            ns
        };
        let times = (0..steps).map(step).collect();
        Ok(Turned { times, evidence: Evidence { waited_ns: 3, asleep_cpu_ns: 5, ..Evidence::default() } })
    }
}

/// The cells of set 2: the reference, so many others, and the twin.
pub(super) fn set(others: usize) -> Vec<PlannedCell> {
    let models = ["plain8-w4", "resnet8-w8", "plain8-w8", "resnet14-w4", "plain14-w4", "resnet14-w8", "plain14-w8"];
    let plan = |model: &str, twin: bool| PlannedCell {
        cell: Cell { twin, set: Some(2), ..cell(model, Task::TrainStep) },
        reference: "resnet8-w4".into(),
        budget: String::new(),
    };
    let others = models[..others].iter().map(|model| plan(model, false));
    [plan("resnet8-w4", false)].into_iter().chain(others).chain([plan("resnet8-w4", true)]).collect()
}

pub(super) fn results(cells: &[PlannedCell], room: u64, machine: &mut Machine) -> Vec<CellResult> {
    match sit(cells, room, machine, &mut |share| assert!((0.0..=1.0).contains(&share))) {
        Sat::Done(results) => results,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_known_ratio_comes_out_although_the_machine_slows_down() {
    let mut machine = Machine { step_ns: vec![2e7, 2.06e7, 2e7], ..Machine::default() };
    let results: Vec<Outcome> =
        results(&set(1), u64::MAX, &mut machine).into_iter().map(|result| result.expect("measured")).collect();
    let measured = |member: usize| &results[member].measured;
    assert!((measured(1).time_ratio.expect("a ratio") - 1.03).abs() < 1e-3, "{:?}", measured(1));
    assert!((measured(2).time_ratio.expect("a ratio") - 1.0).abs() < 1e-3, "{:?}", measured(2));
    assert_eq!((measured(0).time_ratio, measured(0).time_reference.as_str()), (None, ""));
    assert_eq!(measured(2).time_reference, "resnet8-w4", "the twin's is the reference, too");
    for outcome in &results {
        let Measured { params, forward_ns_median, warmup_steps, turns, dropped_turns, .. } = outcome.measured;
        assert_eq!((params, forward_ns_median, dropped_turns), (Some(7), Some(5), Some(0)));
        assert!(warmup_steps > Some(0) && turns >= Some(6), "{outcome:?}");
        assert_eq!(outcome.device_name, "fake");
    }
}

fn of<'a>(outcome: &'a Outcome, series: &str) -> Vec<&'a Sample> {
    outcome.samples.iter().filter(|sample| sample.series == series).collect()
}

/// Short steps, so that turns begin with one that does not count.
#[test]
fn samples_keep_the_order_in_which_all_members_did_their_steps() {
    let mut machine = Machine { step_ns: vec![4e6, 4.1e6, 4e6], ..Machine::default() };
    let results = results(&set(1), u64::MAX, &mut machine);
    let done = machine.steps.borrow();
    let outcomes: Vec<&Outcome> = results.iter().map(|result| result.as_ref().expect("measured")).collect();
    let warmed: u64 = outcomes.iter().filter_map(|outcome| outcome.measured.warmup_steps).sum();
    let mut seen = 0;
    for (member, outcome) in outcomes.iter().enumerate() {
        let steps = of(outcome, "step_ns");
        assert_eq!(steps.len() as u64, outcome.measured.timed_steps.expect("steps"));
        for sample in &steps {
            let (who, ns) = done[(warmed + sample.index - 1) as usize];
            assert_eq!((who, ns as f64), (member, sample.value), "step {}", sample.index);
        }
        let waited = of(outcome, "turn_waited_ns");
        assert_eq!(waited.len() as u64, outcome.measured.turns.expect("turns"));
        assert!(waited.iter().all(|turn| turn.value == 3.0 && steps.iter().any(|step| step.index == turn.index + 1)));
        // What decides whether a turn counts, and whether the program slept before it.
        let indices = |samples: &[&Sample]| samples.iter().map(|sample| sample.index).collect::<Vec<u64>>();
        for (series, value) in [("turn_steal_ticks", 0.0), ("turn_asleep_cpu_ns", 5.0)] {
            let seen = of(outcome, series);
            assert!(seen.iter().all(|turn| turn.value == value), "{series}");
            assert_eq!(indices(&seen), indices(&waited), "{series}");
        }
        assert_eq!(of(outcome, "forward_ns").len(), 1);
        seen += steps.len();
    }
    assert!(seen < done.len() - warmed as usize, "steps that find the caches cold are numbered and left out");
}

#[test]
fn a_member_that_breaks_is_a_row_and_the_others_go_on() {
    for (turn, error, status) in [
        (0, "took more than 60 s until it was ready", Status::Timeout),
        (6, "ended (signal: 9) without an answer.", Status::Crashed),
        (6, "ended (signal: 6) without an answer. memory allocation of 9 bytes failed", Status::OutOfMemory),
        (6, "the loss is NaN", Status::Failed),
    ] {
        let breaks = Some((1, turn, error));
        let mut machine = Machine { step_ns: vec![2e7, 2e7, 2.06e7, 2e7], breaks, ..Machine::default() };
        let results = results(&set(2), u64::MAX, &mut machine);
        let failure = results[1].as_ref().expect_err("it broke");
        assert_eq!((failure.status, failure.error.as_str()), (status, error));
        let ratio = results[2].as_ref().expect("measured").measured.time_ratio;
        assert!((ratio.expect("a ratio") - 1.03).abs() < 1e-3, "{ratio:?}");
    }
}

/// Times of their own are left, but nothing to compare them with.
#[test]
fn without_the_reference_there_is_no_ratio() {
    let breaks = Some((0, 0, "the loss is NaN"));
    let mut machine = Machine { step_ns: vec![2e7; 3], breaks, ..Machine::default() };
    let results = results(&set(1), u64::MAX, &mut machine);
    assert!(results[0].is_err());
    for result in &results[1..] {
        let measured = &result.as_ref().expect("measured").measured;
        assert_eq!((measured.time_ratio, measured.time_reference.as_str()), (None, ""));
        assert!(measured.step_ns_median.is_some());
    }
}
