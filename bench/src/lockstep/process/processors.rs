//! Which processors a program may use.
//!
//! Where it may use all, the system moves its threads from one to another while it runs, and what they had in the caches
//! stays behind. On two virtual processors the ratios of equal programs with one thread varied by 2 to 5 % from set to
//! set when they were free to move, and by 0.25 % when they were not (six sets of a second).

use skipbench_reports::analyses::quantity::format_number_of;

use crate::run::limits::Limits;

/// What is said where `asked` is more than this process may use; nothing where programs get what was asked.
pub(crate) fn shortfall(asked: usize) -> Option<String> {
    let there = Limits::read().affinity_cpus.filter(|there| *there < asked)?;
    let there = format_number_of(there, "processor");
    Some(format!("--cpus {asked}: only {there} may be used here, and each program is kept to that many"))
}

/// Keeps this process, and what it becomes, to so many of the processors that it may use: the last ones, because systems
/// like to do their own work on the first. All where it may use no more. Nothing on systems that cannot.
///
/// # Errors
/// If the system refuses.
#[cfg(target_os = "linux")]
pub(super) fn keep_to(cpus: usize) -> anyhow::Result<()> {
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;

    let own = Pid::from_raw(0);
    let all = sched_getaffinity(own)?;
    let allowed = (0..CpuSet::count()).filter(|cpu| all.is_set(*cpu).unwrap_or(false)).rev();
    let mut kept = CpuSet::new();
    allowed.take(cpus).try_for_each(|cpu| kept.set(cpu))?;
    Ok(sched_setaffinity(own, &kept)?)
}

#[cfg(all(unix, not(target_os = "linux")))]
pub(super) fn keep_to(_: usize) -> anyhow::Result<()> {
    Ok(())
}
