//! Checks what no suite may contain, independent of its images.

use super::{GroupKeys, Keys, Suite, SweepKeys, names, repeated};
use crate::cell::Task;
use crate::device::Choice;

/// Longest deadline: ten years.
const MOST_SECONDS: u64 = 10 * 365 * 24 * 3600;

/// Largest memory: a pebibyte.
const MOST_MEBIBYTES: u64 = 1 << 30;

/// Largest number of cells at once, which is more than any machine has threads.
const MOST_JOBS: u64 = 1024;

/// Largest number of seeds of a run.
pub(crate) const MOST_SEEDS: usize = 10_000;

/// Largest number of sets of a run.
pub(crate) const MOST_SETS: u64 = 1000;

/// Largest number of anything else that is listed: points of a sweep, models of a group, groups.
const MOST_VALUES: usize = 1000;

/// # Errors
/// Returns the first key that is wrong, and the way out.
pub(super) fn check(suite: &Suite) -> Result<(), String> {
    let keys = &suite.keys;
    names::check(keys)?;
    filled(keys)?;
    bounded(keys)?;
    few("seeds", keys.seeds.len(), MOST_SEEDS)?;
    few("group", keys.groups.len(), MOST_VALUES)?;
    few("devices", keys.devices.len(), MOST_VALUES)?;
    few("tasks", keys.tasks.len(), MOST_VALUES)?;
    once(keys)?;
    for device in &keys.devices {
        device.parse::<Choice>().map_err(|error| format!("devices: {error}"))?;
    }
    keys.groups.iter().try_for_each(|group| self::group(suite, group))
}

fn filled(Keys { groups, seeds, tasks, devices, .. }: &Keys) -> Result<(), String> {
    let empty = [
        ("group", groups.is_empty()),
        ("seeds", seeds.is_empty()),
        ("tasks", tasks.is_empty()),
        ("devices", devices.is_empty()),
    ];
    match empty.iter().find(|(_, empty)| *empty) {
        Some((key, _)) => Err(format!("{key} is empty: at least one is needed")),
        None => Ok(()),
    }
}

fn bounded(Keys { timeout_s, memory_limit_mib, jobs, sets, set_threads, .. }: &Keys) -> Result<(), String> {
    let numbers = [
        ("timeout_s", *timeout_s, MOST_SECONDS),
        ("memory_limit_mib", *memory_limit_mib, MOST_MEBIBYTES),
        ("jobs", *jobs as u64, MOST_JOBS),
        ("sets", *sets, MOST_SETS),
        ("set_threads", set_threads.unwrap_or(1) as u64, MOST_JOBS),
    ];
    match numbers.iter().find(|(_, value, most)| !(1..=*most).contains(value)) {
        Some((key, 0, _)) => Err(format!("{key} = 0: at least 1 is needed")),
        Some((key, value, most)) => Err(format!("{key} = {value}: at most {most} is possible")),
        None => Ok(()),
    }
}

/// Refuses a list longer than anyone means, such as a range written out by a program, before it is examined.
fn few(key: &str, count: usize, most: usize) -> Result<(), String> {
    if count > most { Err(format!("{key}: {count} values; at most {most} are possible")) } else { Ok(()) }
}

/// Checks that nothing is listed twice.
fn once(Keys { groups, seeds, tasks, .. }: &Keys) -> Result<(), String> {
    tasks_once(tasks)?;
    if let Some(seed) = repeated(seeds) {
        return Err(format!("seeds: {seed} is listed twice; every seed is one repetition"));
    }
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    match repeated(&names) {
        Some(name) => Err(format!("group.name = \"{name}\" is listed twice; each group needs its own name")),
        None => Ok(()),
    }
}

fn tasks_once(tasks: &[Task]) -> Result<(), String> {
    match repeated(tasks) {
        Some(task) => Err(format!("tasks: \"{}\" is listed twice; seeds repeat a task", task.word())),
        None => Ok(()),
    }
}

fn group(suite: &Suite, group: &GroupKeys) -> Result<(), String> {
    let tasks = suite.tasks(group);
    let here = |error: String| format!("group \"{}\": {error}", group.name);
    few("models", group.models.len(), MOST_VALUES).map_err(here)?;
    suite.recipe(group)?;
    tasks_once(&tasks).map_err(here)?;
    swept(suite, group, &tasks).map_err(here)?;
    match tasks.iter().find(|task| suite.keys.data == "generated" && task.learns()) {
        Some(task) => Err(format!("data = \"generated\" has nothing to learn: remove \"{}\" from tasks", task.word())),
        None => Ok(()),
    }
}

fn swept(suite: &Suite, group: &GroupKeys, tasks: &[Task]) -> Result<(), String> {
    match (&group.sweep, group.budget.is_empty()) {
        (Some(_), false) => Err("a sweep varies the cost and so has no budget: remove budget".to_owned()),
        (Some(sweep), true) if sweep.over == "batch" && tasks.contains(&Task::Latency) => {
            Err("latency is that of single images, at any batch size: remove \"latency\" from tasks".to_owned())
        }
        (Some(sweep), true) => curve(sweep, &suite.keys.data),
        (None, _) => Ok(()),
    }
}

fn curve(sweep: &SweepKeys, data: &str) -> Result<(), String> {
    few("sweep.values", sweep.values.len(), MOST_VALUES)?;
    if let Some(value) = repeated(&sweep.values) {
        return Err(format!("sweep.values: {value} is listed twice"));
    }
    if sweep.values.len() < 2 {
        return Err("sweep.values: a curve needs at least two values, and three for an interval".to_owned());
    }
    if sweep.over == "image_size" && data != "generated" {
        return Err("a sweep over image_size needs data = \"generated\"".to_owned());
    }
    Ok(())
}
