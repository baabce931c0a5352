//! Writes turns.csv: every turn in its order.

use serde::Serialize;

use crate::lockstep::Evidence;
use crate::lockstep::session::Session;

/// One turn. Steps that do not count come first.
#[derive(Debug, Serialize)]
pub(super) struct TurnRow {
    /// Number of the set of fresh processes, from 1.
    set: u64,
    /// Place in the set's order, from 0; empty while a program warms up alone.
    order: Option<u64>,
    /// Name of the program.
    program: String,
    /// Whether it is the reference once more.
    again: bool,
    /// Number of steps that count, from the last one back.
    counted_steps: usize,
    /// Nanoseconds of each step, with a space between.
    step_ns: String,
    /// Number of ticks (10 ms) in which another guest had a processor. Like all that follows, it is empty where the
    /// system does not report it.
    steal_ticks: Option<u64>,
    /// Time in nanoseconds that threads were ready to run and waited for a processor.
    waited_ns: Option<u64>,
    /// Number of times that a thread had to give up its processor.
    involuntary_switches: Option<u64>,
    /// Processor time in nanoseconds since its last turn.
    asleep_cpu_ns: Option<u64>,
}

pub(super) fn rows(session: &Session, names: &[String]) -> Vec<TurnRow> {
    let told = |count: u64| Evidence::is_told().then_some(count);
    let row = |turn: &crate::lockstep::set::TurnRecord| {
        let again = turn.member == session.twin();
        TurnRow {
            set: turn.set,
            order: turn.order,
            program: names[if again { 0 } else { turn.member }].clone(),
            again,
            counted_steps: turn.counted,
            step_ns: turn.times.iter().map(u64::to_string).collect::<Vec<_>>().join(" "),
            steal_ticks: told(turn.evidence.steal_ticks),
            waited_ns: told(turn.evidence.waited_ns),
            involuntary_switches: told(turn.evidence.involuntary_switches),
            asleep_cpu_ns: told(turn.evidence.asleep_cpu_ns),
        }
    };
    session.turns.iter().map(row).collect()
}
