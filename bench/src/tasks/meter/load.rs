//! Measures what else the machine did meanwhile: other processes' share of the processor, and its clock.

use std::time::Instant;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// A span over which the processor's use is measured.
pub(crate) struct Span {
    system: System,
    process: Pid,
    start: Instant,
    start_ms: u64,
    /// Whether the time of children that ended counts as this process's own.
    children: bool,
}

/// Holds what a span measured.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Load {
    /// Number of cores that other processes kept busy, on average.
    pub other_cores: Option<f64>,
    /// Clock of the fastest core at the end, in MHz.
    pub mhz: Option<u64>,
}

impl Span {
    /// Starts now. Returns `None` if the system does not report it.
    pub(crate) fn start() -> Option<Self> {
        Self::new(false)
    }

    /// Starts now, for a process whose children do the work and end within the span.
    pub(crate) fn with_children() -> Option<Self> {
        Self::new(true)
    }

    fn new(children: bool) -> Option<Self> {
        let mut system = System::new().ok()?;
        let process = sysinfo::get_current_pid().ok()?;
        system.refresh_cpu_all();
        let start_ms = process_ms(&mut system, process)? + children_ms(children)?;
        Some(Self { system, process, start: Instant::now(), start_ms, children })
    }

    /// Ends now.
    pub(crate) fn end(mut self) -> Load {
        self.system.refresh_cpu_all();
        let wall_ms = self.start.elapsed().as_secs_f64() * 1e3;
        let cores = self.system.cpus().len() as f64;
        let busy = f64::from(self.system.global_cpu_usage()) / 100.0 * cores;
        let ms = process_ms(&mut self.system, self.process).zip(children_ms(self.children));
        let this_process = ms.map(|(own, theirs)| (own + theirs).saturating_sub(self.start_ms) as f64 / wall_ms);
        let mhz = self.system.cpus().iter().map(sysinfo::Cpu::frequency).max();
        Load { other_cores: this_process.map(|cores| (busy - cores).max(0.0)), mhz: mhz.filter(|mhz| *mhz > 0) }
    }
}

/// Returns the processor time of all children that ended, if wanted. There is none if the system does not report it.
fn children_ms(wanted: bool) -> Option<u64> {
    if !wanted {
        return Some(0);
    }
    u64::try_from(crate::system::process::time_of_ended_children()?.as_millis()).ok()
}

/// Returns the processor time of this process so far, over all threads.
fn process_ms(system: &mut System, process: Pid) -> Option<u64> {
    let cpu = ProcessRefreshKind::nothing().with_cpu();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[process]), false, cpu);
    system.process(process).map(sysinfo::Process::accumulated_cpu_time)
}
