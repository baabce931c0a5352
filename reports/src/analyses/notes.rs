//! Lists what a reader must know before believing the numbers: a busy machine, steps that never became steady, memory
//! that grows from step to step, and steps that something held up.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::analyses::metric::Metric;
use crate::analyses::quantity::format_number_of;
use crate::analyses::restless::restless_share;
use crate::rows::record::{RunRow, Status};
use crate::rows::store::Run;
use crate::rows::{series, task};
use crate::stats::{far_above, median};

/// Number of cores kept busy by others from which a machine counts as busy: a twentieth of the two that a small machine
/// has.
const BUSY_CORES: f64 = 0.1;

/// Share of a cell's steps that may be held up without a note. A single one always may.
const HELD_UP: f64 = 0.05;

/// Share of the median ceiling below which a machine counts as slowed down.
const SLOWED: f64 = 0.8;

/// Returns one note for each kind of trouble that was seen: what it was, and what to do about it.
pub fn notes(runs: &[Run]) -> Vec<String> {
    let measured: Vec<&Run> = runs.iter().filter(|run| run.row.status == Status::Ok).collect();
    let all = [
        (describe_busy(&measured), "Close other programs and measure again, or add sets with --precision 2%."),
        (describe_slowed(&measured), "Measure those again while the machine is cool and does nothing else."),
        (describe_dropped(&measured), "If it is more than a few, measure again on a quieter machine."),
        (describe_restless(&measured), "Let the program's threads sleep after its step (bench/PROTOCOL.md says how)."),
        (describe_alone(&measured), "To compare them too, free memory or make the group smaller."),
        (describe_unsteady(&measured), "Give them longer: raise warmup_max_ms in the recipe."),
        (describe_held_up(&measured), "Close other programs, or add sets with --precision 2%."),
        (describe_leaks(&measured), "Over many steps it adds up: look at a longer run before you rely on the peak."),
        (describe_missed(&measured), "Train for more epochs, or lower target_accuracy in the recipe."),
    ];
    all.into_iter().filter_map(|(fact, advice)| Some(format!("{}. {advice}", fact?))).collect()
}

/// Names the cell as people know it.
fn format_cell(row: &RunRow) -> String {
    let round = if row.round > 0 { format!(", round {}", row.round) } else { String::new() };
    let set = row.set.map_or(String::new(), |set| format!(", set {set}"));
    format!("{} {}, seed {}{round}{set}", row.model, row.task, row.seed)
}

fn timed_cells(count: usize) -> String {
    format_number_of(count, "timed cell")
}

fn timed<'a>(runs: &'a [&Run]) -> impl Iterator<Item = &'a Run> {
    runs.iter().copied().filter(|run| run.row.warmup_ns.is_some())
}

fn describe_busy(runs: &[&Run]) -> Option<String> {
    let all = timed(runs).count();
    let busy = timed(runs).filter_map(|run| run.row.other_load_cores).filter(|cores| *cores > BUSY_CORES);
    let (count, most) = busy.fold((0, 0.0f64), |(count, most), cores| (count + 1, most.max(cores)));
    (count > 0).then(|| {
        format!(
            "the machine was busy: during {count} of {all} other processes used up to {most:.1} cores",
            all = timed_cells(all)
        )
    })
}

/// Describes cells in whose process the device's own matrix product was much slower than in the others. The cause is a
/// lower clock, or a virtual machine whose host gave it less.
fn describe_slowed(runs: &[&Run]) -> Option<String> {
    let with_ceiling = timed(runs).filter_map(|run| Some((&run.row, run.row.ceiling_flops_per_s?)));
    let mut by_device: BTreeMap<(&str, &str), Vec<(&RunRow, f64)>> = BTreeMap::new();
    for (row, ceiling) in with_ceiling {
        by_device.entry((&row.host, &row.device)).or_default().push((row, ceiling));
    }
    let slow: Vec<String> = by_device.values().flat_map(|rows| format_below_usual(rows)).collect();
    let (count, first) = (slow.len(), slow.first()?);
    Some(format!(
        "the machine was slower than usual: in {count} its matrix product reached less than four fifths of the \
         median, the first {first}",
        count = timed_cells(count)
    ))
}

fn format_below_usual(rows: &[(&RunRow, f64)]) -> Vec<String> {
    let ceilings: Vec<f64> = rows.iter().map(|(_, ceiling)| *ceiling).collect();
    let Some(usual) = median(&ceilings) else { return Vec::new() };
    rows.iter().filter(|(_, ceiling)| *ceiling < SLOWED * usual).map(|(row, _)| format_cell(row)).collect()
}

fn describe_dropped(runs: &[&Run]) -> Option<String> {
    let counts = runs.iter().filter_map(|run| Some((run.row.dropped_turns?, run.row.turns?)));
    let (dropped, turns) = counts.fold((0, 0), |(dropped, turns), (one, of)| (dropped + one, turns + of));
    (dropped > 0).then(|| {
        format!(
            "{dropped} of {} are left out of the ratios, because something else delayed the machine",
            format_number_of(turns as usize, "turn")
        )
    })
}

/// Describes members of sets whose processes worked while they should have slept, which takes time from the others.
fn describe_restless(runs: &[&Run]) -> Option<String> {
    let share = |run: &&Run| Some((format_cell(&run.row), restless_share(std::iter::once(*run))?));
    let restless: Vec<(String, f64)> = runs.iter().filter_map(share).collect();
    let (most, share) = restless.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(format!(
        "working between their turns, when they should sleep, which slows the others: {}, most of all {most}, for \
         {:.1} % of its steps' time",
        timed_cells(restless.len()),
        share * 100.0
    ))
}

/// Describes networks that were timed alone in groups whose others took turns. Nothing can be said of their ratios.
fn describe_alone(runs: &[&Run]) -> Option<String> {
    let key = |row: &RunRow| -> [String; 5] {
        [&row.suite_sha256, &row.group, &row.task, &row.device, &row.host].map(String::clone)
    };
    let timed = || runs.iter().map(|run| &run.row).filter(|row| Metric::of_turns(&row.task).is_some());
    let in_sets: HashSet<[String; 5]> = timed().filter(|row| row.set.is_some()).map(key).collect();
    let alone = timed().filter(|row| row.set.is_none() && row.sweep.is_empty() && in_sets.contains(&key(row)));
    let names: BTreeSet<String> = alone.map(|row| format!("{} {} in {}", row.model, row.task, row.group)).collect();
    let names: Vec<String> = names.into_iter().collect();
    (!names.is_empty()).then(|| {
        format!(
            "timed alone while others of the group took turns, and so not compared with them in time: {}",
            names.join(", ")
        )
    })
}

fn describe_unsteady(runs: &[&Run]) -> Option<String> {
    let all = timed(runs).count();
    let mut unsteady = timed(runs).filter(|run| run.row.warmup_steady == Some(false)).map(|run| format_cell(&run.row));
    let first = unsteady.next()?;
    let count = 1 + unsteady.count();
    Some(format!("not steady after the longest warm-up: {count} of {all}, the first {first}", all = timed_cells(all)))
}

fn describe_held_up(runs: &[&Run]) -> Option<String> {
    let mut held_up = timed(runs).filter_map(|run| {
        let steps: Vec<f64> =
            run.samples.iter().filter(|sample| sample.series == series::STEP_NS).map(|sample| sample.value).collect();
        let slow = far_above(&steps);
        (slow > 1 && slow as f64 > HELD_UP * steps.len() as f64)
            .then(|| format!("{} ({slow} of {})", format_cell(&run.row), steps.len()))
    });
    let first = held_up.next()?;
    let count = 1 + held_up.count();
    Some(format!(
        "steps far above the others (beyond Q3 + 3 IQR): in {count}, the first {first}",
        count = timed_cells(count)
    ))
}

fn describe_leaks(runs: &[&Run]) -> Option<String> {
    let leaking = runs.iter().filter(|run| run.row.heap_growth_bytes > Some(0));
    let most = leaking.max_by_key(|run| run.row.heap_growth_bytes)?;
    let bytes = most.row.heap_growth_bytes?;
    Some(format!("memory grows from step to step: {} by {bytes} bytes per step", format_cell(&most.row)))
}

/// Describes seeds that never reached the accuracy. Means of the time to an accuracy leave them out, which flatters
/// networks that seldom reach it.
fn describe_missed(runs: &[&Run]) -> Option<String> {
    let all: Vec<&RunRow> = runs.iter().map(|run| &run.row).filter(|row| row.task == task::TIME_TO_ACCURACY).collect();
    let mut models: Vec<&str> = all.iter().map(|row| row.model.as_str()).collect();
    models.sort_unstable();
    models.dedup();
    let of = |model: &str| {
        let tried: Vec<&&RunRow> = all.iter().filter(|row| row.model == model).collect();
        let missed = tried.iter().filter(|row| row.target_ns.is_none()).count();
        (missed > 0).then(|| format!("{model} in {missed} of {}", tried.len()))
    };
    let missed: Vec<String> = models.into_iter().filter_map(of).collect();
    (!missed.is_empty()).then(|| {
        format!("the accuracy was not reached, and is missing from the mean time to it: {}", missed.join(", "))
    })
}
