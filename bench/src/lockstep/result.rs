//! Says what a session shows: ratios, noise floor, verdicts.

use serde::Serialize;
use skipbench_reports::stats::lockstep::{TimeVerdict, judge, noise_floor};
use skipbench_reports::stats::{self, Estimate};

use super::Introduction;
use super::session::{REFERENCE, Session};
use super::set::TurnRecord;

/// Holds what was measured, and what it shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Number of sets of fresh processes.
    pub sets: u64,
    /// Number of sets from which spreads were taken.
    pub pilot_sets: u64,
    /// Number of sets that the precision asked for needs, if that is more than were allowed.
    pub wanted_sets: Option<u64>,
    /// Number of sets that were planned, if the user ended the session before the last.
    pub interrupted_of: Option<u64>,
    /// Unit that is counted, such as `images`.
    pub unit: String,
    /// Slowdown from which a program has regressed, as a share.
    pub limit: Option<f64>,
    /// How much the reference may differ from itself, as a share.
    pub noise_floor: Option<f64>,
    /// Number of turns that count.
    pub turns: usize,
    /// Number of turns that were dropped because something else delayed the machine.
    pub dropped_turns: usize,
    /// Programs: the reference, the others, and the reference once more.
    pub programs: Vec<ProgramOutcome>,
}

/// Holds the results of one program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProgramOutcome {
    /// Name of the program here.
    pub name: String,
    /// Whether it is the reference once more.
    pub again: bool,
    /// What it said of itself.
    pub introduction: Option<Introduction>,
    /// Reason why it could not be measured.
    pub error: Option<String>,
    /// Number of steps that count.
    pub steps: usize,
    /// Median of these steps, in nanoseconds.
    pub step_ns_median: Option<f64>,
    /// Units per second by that median; `None` where the reference counts something else.
    pub units_per_s: Option<f64>,
    /// Time for one unit as a multiple of the reference's.
    pub ratio: Option<Estimate>,
    /// Ratios of the sets.
    pub set_ratios: Vec<f64>,
    /// Smallest slowdown, as a share, that this many sets would have shown in four cases of five. There is none with
    /// fewer than three sets, or above 1.
    pub detectable: Option<f64>,
    /// Verdict; `None` for the reference.
    pub verdict: Option<TimeVerdict>,
    /// Processor time between its turns, when it should have slept, as a share of its steps' time.
    pub asleep_cpu_share: Option<f64>,
}

impl Outcome {
    /// Judges a session of programs called `names`.
    pub fn of(session: &Session, names: &[String], limit: Option<f64>) -> Self {
        let measured =
            |member: &usize| session.members[*member].error.is_none() && session.sample(*member).ratio().is_some();
        let whole: Vec<usize> = session.compared().filter(measured).collect();
        let samples: Vec<_> = whole.iter().map(|member| session.sample(*member)).collect();
        let verdicts: Vec<(usize, TimeVerdict)> = whole.into_iter().zip(judge(&samples, limit)).collect();
        let verdict = |member| verdicts.iter().find(|(other, _)| *other == member).map(|(_, verdict)| *verdict);
        let name = |member: usize| if member == session.twin() { &names[REFERENCE] } else { &names[member] };
        let program = |member| ProgramOutcome::of(session, member, name(member).clone(), verdict(member));
        let programs: Vec<ProgramOutcome> = (0..session.members.len()).map(program).collect();
        let (turns, dropped_turns) = session.dropped();
        Self {
            sets: session.sets,
            pilot_sets: session.pilot.min(session.sets),
            wanted_sets: session.wanted_sets,
            interrupted_of: session.interrupted_of,
            unit: session.unit().to_owned(),
            limit,
            noise_floor: programs[session.twin()].ratio.as_ref().and_then(noise_floor),
            turns,
            dropped_turns,
            programs,
        }
    }

    /// Returns the program with that verdict, if there is one.
    pub fn any(&self, verdict: TimeVerdict) -> bool {
        self.programs.iter().any(|program| program.verdict == Some(verdict))
    }

    /// Returns whether a program could not be measured.
    pub fn is_broken(&self) -> bool {
        self.programs.iter().any(|program| program.error.is_some() || program.steps == 0)
    }
}

impl ProgramOutcome {
    fn of(session: &Session, member: usize, name: String, verdict: Option<TimeVerdict>) -> Self {
        let record = &session.members[member];
        let turns: Vec<&TurnRecord> = session.turns.iter().filter(|turn| turn.member == member).collect();
        let steps: Vec<f64> = turns.iter().flat_map(|turn| turn.counted_times()).map(|time| time as f64).collect();
        let step_ns_median = stats::median(&steps);
        let has_ratio = member != REFERENCE && record.error.is_none();
        Self {
            name,
            again: member == session.twin(),
            introduction: record.introduction.clone(),
            error: record.error.clone(),
            steps: steps.len(),
            step_ns_median,
            units_per_s: step_ns_median
                .filter(|_| session.counts_alike(member))
                .map(|ns| session.units(member) as f64 * 1e9 / ns),
            ratio: session.sample(member).ratio().filter(|_| has_ratio),
            set_ratios: record.logs.iter().map(|log| log.exp()).collect(),
            detectable: session.sample(member).detectable(),
            verdict,
            asleep_cpu_share: asleep_share(turns.iter().copied()),
        }
    }
}

/// Returns the processor time between turns as a share of that of their steps. Only turns in the balanced order count,
/// because before it a program works alone for long.
pub(crate) fn asleep_share<'a>(turns: impl Iterator<Item = &'a TurnRecord>) -> Option<f64> {
    let turns = turns.filter(|turn| turn.order.is_some());
    let (asleep, awake) = turns.fold((0, 0), |(asleep, awake), turn| {
        (asleep + turn.evidence.asleep_cpu_ns, awake + turn.times.iter().sum::<u64>())
    });
    (awake > 0).then(|| asleep as f64 / awake as f64)
}
