//! Finds the processes that a process started, and those that these started.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::time::Duration;

/// Returns all processes below `root`, by `/proc`; none if the system does not report them.
pub(crate) fn below(root: u32) -> Vec<u32> {
    let (mut found, mut next) = (children(root), 0);
    while let Some(process) = found.get(next).copied() {
        found.extend(children(process));
        next += 1;
    }
    found
}

/// Returns the processor time in nanoseconds of `root` and of each process below it, including threads that have ended.
#[cfg(target_os = "linux")]
pub(crate) fn processor_ns(root: u32) -> HashMap<u32, u64> {
    let ran = |process: u32| {
        let clock = nix::time::clock_getcpuclockid(nix::unistd::Pid::from_raw(process.try_into().ok()?)).ok()?;
        u64::try_from(Duration::from(clock.now().ok()?).as_nanos()).ok()
    };
    std::iter::once(root).chain(below(root)).filter_map(|process| Some((process, ran(process)?))).collect()
}

/// Returns nothing, because it is not known here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn processor_ns(_root: u32) -> HashMap<u32, u64> {
    HashMap::new()
}

/// Returns the folders in `/proc` of all threads of `root` and of the processes below it.
pub(crate) fn threads(root: u32) -> Vec<PathBuf> {
    std::iter::once(root).chain(below(root)).flat_map(threads_of).collect()
}

fn threads_of(process: u32) -> Vec<PathBuf> {
    let tasks = Path::new("/proc").join(process.to_string()).join("task");
    fs::read_dir(tasks).into_iter().flatten().flatten().map(|thread| thread.path()).collect()
}

/// Returns the processes that a process started, by the list that each thread has.
fn children(process: u32) -> Vec<u32> {
    let lists = threads_of(process).into_iter().filter_map(|thread| fs::read_to_string(thread.join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()).collect()
}
