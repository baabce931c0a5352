//! What a session says: ratios, noise floor, verdicts.

use serde::Serialize;
use skipbench_reports::stats::lockstep::{TimeVerdict, judge, noise_floor};
use skipbench_reports::stats::{self, Estimate};

use super::Introduction;
use super::session::{REFERENCE, Session};
use super::set::TurnRecord;

/// What was measured, and what it says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Sets of fresh processes.
    pub sets: u64,
    /// Sets from which spreads were taken.
    pub pilot_sets: u64,
    /// Sets that the precision asked for needs, where that is more than were allowed.
    pub wanted_sets: Option<u64>,
    /// Sets that were to be done, where the user ended it before the last.
    pub interrupted_of: Option<u64>,
    /// What is counted, such as `images`.
    pub unit: String,
    /// The slowdown from which on a program has regressed, as a share.
    pub limit: Option<f64>,
    /// How far the reference may differ from itself, as a share.
    pub noise_floor: Option<f64>,
    /// Turns that count.
    pub turns: usize,
    /// Of them, those that were dropped because something else held the machine up.
    pub dropped_turns: usize,
    /// The programs: the reference, the others, and the reference once more.
    pub programs: Vec<ProgramOutcome>,
}

/// One program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProgramOutcome {
    /// What it is called here.
    pub name: String,
    /// Whether it is the reference once more.
    pub again: bool,
    /// What it said of itself.
    pub introduction: Option<Introduction>,
    /// Why it could not be measured.
    pub error: Option<String>,
    /// Steps that count.
    pub steps: usize,
    /// Their median, in nanoseconds.
    pub step_ns_median: Option<f64>,
    /// Units per second, by that median; none where the reference counts something else.
    pub units_per_s: Option<f64>,
    /// Its time for one unit as a multiple of the reference's.
    pub ratio: Option<Estimate>,
    /// The same of each set.
    pub set_ratios: Vec<f64>,
    /// The smallest slowdown, as a share, that so many sets would have shown in four cases of five. None of fewer than
    /// three sets, or above 1.
    pub detectable: Option<f64>,
    /// The verdict; none for the reference.
    pub verdict: Option<TimeVerdict>,
    /// Processor time between its turns, as a share of its steps' time: what it should not have had.
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

    /// The program of that verdict, if there is one.
    pub fn any(&self, verdict: TimeVerdict) -> bool {
        self.programs.iter().any(|program| program.verdict == Some(verdict))
    }

    /// Whether a program could not be measured.
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

/// Processor time between turns as a share of that of their steps. Turns in the balanced order only: before it a program
/// is at work alone for long.
pub(crate) fn asleep_share<'a>(turns: impl Iterator<Item = &'a TurnRecord>) -> Option<f64> {
    let turns = turns.filter(|turn| turn.order.is_some());
    let (asleep, awake) = turns.fold((0, 0), |(asleep, awake), turn| {
        (asleep + turn.evidence.asleep_cpu_ns, awake + turn.times.iter().sum::<u64>())
    });
    (awake > 0).then(|| asleep as f64 / awake as f64)
}
