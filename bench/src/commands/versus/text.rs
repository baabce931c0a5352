//! What a comparison says, for people: the answer, then the table, then what to know before believing it.

use skipbench_reports::analyses::quantity::format_number_of;
use skipbench_reports::stats::lockstep::{RESTLESS, TimeVerdict};
use skipbench_reports::table::format_line;

use super::format::{bare, format_ns, interval, percent, signed};
use crate::commands::{format_count, format_table};
use crate::lockstep::result::{Outcome, ProgramOutcome};

/// Largest noise floor that is taken for a machine's usual one where threads stay on their processor.
const QUIET: f64 = 0.02;

/// Formats the outcome for people. `cpus` is the number of processors that each program was kept to, if that was asked
/// for.
pub(super) fn text(outcome: &Outcome, commands: &[String], cpus: Option<usize>) -> String {
    let parts = [answers(outcome), sheet(outcome), lines(notes(outcome, cpus)), legend(outcome, commands)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn lines(lines: impl IntoIterator<Item = String>) -> String {
    // Names, units and errors are the programs' own words.
    lines.into_iter().map(|line| format!("{}\n", format_line(&line))).collect()
}

fn answers(outcome: &Outcome) -> String {
    let reference = &outcome.programs[0];
    let broken = |program: &ProgramOutcome| {
        let error = program.error.as_ref()?;
        let again = if program.again { " (started again)" } else { "" };
        Some(format!("{}{again} could not be measured: {}.", program.name, error.trim_end_matches(['.', ' '])))
    };
    let judged = outcome.programs.iter().filter_map(|program| Some((program, program.verdict?)));
    let judged = judged.map(|(program, verdict)| answer(outcome, program, &reference.name, verdict));
    lines(outcome.programs.iter().filter_map(broken).chain(judged))
}

fn answer(outcome: &Outcome, program: &ProgramOutcome, reference: &str, verdict: TimeVerdict) -> String {
    let (name, limit) = (&program.name, percent(outcome.limit.unwrap_or(0.0)));
    let ratio = program.ratio.as_ref();
    let (change, range) = (ratio.map_or(0.0, |ratio| ratio.value - 1.0), ratio.map_or_else(String::new, interval));
    let size = percent(change.abs());
    let work = if outcome.unit == "steps" { String::new() } else { format!(" for as many {}", outcome.unit) };
    match verdict {
        TimeVerdict::Slower => format!("{name} is slower than {reference}: it takes {size} longer{work}{range}."),
        TimeVerdict::Faster => format!("{name} is faster than {reference}: it takes {size} less time{work}{range}."),
        TimeVerdict::NoDifferenceShown => {
            let found = describe_detectable(program);
            format!("No difference between {name} and {reference} was shown: {}{range}. {found}", signed(change))
        }
        TimeVerdict::Pass => format!(
            "{name} passes: its time differs from that of {reference} by {}{range}, less than the limit of {limit}, \
             with 95 % confidence.",
            signed(change)
        ),
        TimeVerdict::Regressed => {
            format!("{name} has regressed: it takes {size} longer than {reference}{work}{range}; the limit is {limit}.")
        }
        TimeVerdict::CannotTell => format!(
            "It is not known whether {name} is slower than {reference} by more than {limit}: {}{range}. More sets \
             (--sets, --precision) may show it.",
            signed(change)
        ),
    }
}

/// Describes what would have been found, where so few sets can say it.
fn describe_detectable(program: &ProgramOutcome) -> String {
    match program.detectable.map(percent) {
        Some(least) => format!("A difference of {least} would have been found in four cases of five."),
        None => "The sets are too few to say what difference would have been found (--sets, --precision).".to_owned(),
    }
}

fn sheet(outcome: &Outcome) -> String {
    let by_step = outcome.unit == "steps";
    let rate = format!("{} per second", outcome.unit);
    let compared = format!("time compared with {}", outcome.programs[0].name);
    let header = ["program", "steps", "median step", &rate, &compared, "verdict"];
    let row = |program: &ProgramOutcome| {
        let name = if program.again { format!("{} again", program.name) } else { program.name.clone() };
        let rate =
            program.units_per_s.map(|rate| if by_step { format!("{rate:.1}") } else { format_count(rate as u64) });
        let step = program.step_ns_median.map(format_ns);
        let steps = format_count(program.steps as u64);
        vec![
            name,
            steps,
            step.unwrap_or_default(),
            rate.unwrap_or_default(),
            difference(program),
            verdict(outcome, program),
        ]
    };
    format_table(&header, outcome.programs.iter().map(row).collect(), 1)
}

fn difference(program: &ProgramOutcome) -> String {
    let Some(ratio) = &program.ratio else { return String::new() };
    match (ratio.low, ratio.high) {
        (Some(low), Some(high)) => {
            format!("{} [{}, {}]", signed(ratio.value - 1.0), bare(low - 1.0), bare(high - 1.0))
        }
        _ => signed(ratio.value - 1.0),
    }
}

fn verdict(outcome: &Outcome, program: &ProgramOutcome) -> String {
    if program.error.is_some() {
        return "not measured".to_owned();
    }
    if program.again {
        return outcome.noise_floor.map_or_else(String::new, |floor| format!("noise floor {}", percent(floor)));
    }
    let word = match program.verdict {
        None if !std::ptr::eq(program, &outcome.programs[0]) => "not compared",
        None => "the reference",
        Some(TimeVerdict::Faster) => "faster",
        Some(TimeVerdict::Slower) => "slower",
        Some(TimeVerdict::NoDifferenceShown) => "no difference shown",
        Some(TimeVerdict::Pass) => "pass",
        Some(TimeVerdict::Regressed) => "regressed",
        Some(TimeVerdict::CannotTell) => "cannot tell",
    };
    word.to_owned()
}

fn notes(outcome: &Outcome, cpus: Option<usize>) -> Vec<String> {
    let Outcome { sets, pilot_sets, turns, dropped_turns, .. } = outcome;
    let sets_of = format_number_of(*sets as usize, "set");
    let mut notes = vec![format!(
        "Measured: {sets_of} of fresh processes, {}. [ ] is Student's 95 % interval over the sets.",
        count_of(*turns, "turn")
    )];
    if let Some(planned) = outcome.interrupted_of {
        notes.push(format!("Interrupted after {sets} of {planned} sets: the result is based on those."));
    }
    notes.extend(describe_dropped(*dropped_turns));
    if pilot_sets < sets {
        notes.push(format!(
            "The spread is that of the first {pilot_sets} sets. It decided how many sets were needed (Stein's rule)."
        ));
    }
    if let Some(wanted) = outcome.wanted_sets {
        // Of an interrupted comparison fewer are done than were allowed.
        let allowed = outcome.interrupted_of.unwrap_or(*sets);
        notes.push(format!("The precision that was asked for needs {wanted} sets, but --max-sets allowed {allowed}."));
    }
    notes.extend(describe_movement(outcome, cpus));
    if outcome.programs.len() > 3 {
        notes.push("Each verdict holds after Holm's correction for the number of programs.".to_owned());
    }
    let restless = |program: &&ProgramOutcome| program.asleep_cpu_share.is_some_and(|share| share > RESTLESS);
    for program in outcome.programs.iter().filter(restless) {
        let share = percent(program.asleep_cpu_share.unwrap_or_default());
        notes.push(format!(
            "{} works between its turns, for {share} of its steps' time, and so it may slow the others: let its \
             threads sleep.",
            program.name
        ));
    }
    notes
}

/// Formats `1 turn`, `1,234 turns`.
fn count_of(count: usize, noun: &str) -> String {
    format!("{} {noun}{}", format_count(count as u64), if count == 1 { "" } else { "s" })
}

fn describe_dropped(count: usize) -> Option<String> {
    let were = if count == 1 { "was" } else { "were" };
    let turns = count_of(count, "turn");
    (count > 0).then(|| {
        format!("{turns} {were} left out, because another process or another guest used the processor meanwhile.")
    })
}

/// Describes what helps if the reference differs much from itself and threads may move.
fn describe_movement(outcome: &Outcome, cpus: Option<usize>) -> Option<String> {
    let floor = outcome.noise_floor.filter(|floor| *floor > QUIET && cpus != Some(1) && cfg!(target_os = "linux"))?;
    Some(format!(
        "The noise floor is {}. To lower it, keep the programs to one processor with --cpus 1: threads that move \
         between processors lose their caches. On a virtual machine with two processors, equal programs differed by 2 to 8 % \
         from set to set when free to move, and by 0.3 to 0.9 % on one.",
        percent(floor)
    ))
}

/// Explains what the names mean.
fn legend(outcome: &Outcome, commands: &[String]) -> String {
    let line = |(program, command): (&ProgramOutcome, &String)| {
        let said = program.introduction.as_ref().map(|introduction| introduction.name.as_str()).unwrap_or_default();
        let said = if said.is_empty() { String::new() } else { format!(" ({said})") };
        format!("{}: {command}{said}", program.name)
    };
    lines(outcome.programs.iter().zip(commands).map(line))
}
