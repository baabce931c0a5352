//! Counts the instructions that this process executes, where the processor does so.
//!
//! Few virtual machines pass the processor's counters on, and containers often forbid the call. Then there is no count,
//! which is no error.

#[cfg(target_os = "linux")]
pub(super) use linux::Counters;

/// Counts nothing, on other systems than Linux.
#[cfg(not(target_os = "linux"))]
pub(super) struct Counters;

#[cfg(not(target_os = "linux"))]
impl Counters {
    pub(super) fn start() -> Option<Self> {
        None
    }

    pub(super) fn end(self) -> Option<u64> {
        None
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use perf_event::events::Hardware;
    use perf_event::{Builder, Counter};

    /// Holds one counter for each thread, since a thread that exists already cannot inherit one.
    pub(in crate::tasks::meter) struct Counters(Vec<Counter>);

    impl Counters {
        /// Starts now, for the instructions of the program itself, not those of the system on its behalf.
        pub(in crate::tasks::meter) fn start() -> Option<Self> {
            let threads = std::fs::read_dir("/proc/self/task").ok()?;
            let ids = threads.map(|thread| thread.ok()?.file_name().to_str()?.parse().ok());
            let mut counters: Vec<Counter> = ids.map(|id| counter(id?)).collect::<Option<_>>()?;
            counters.iter_mut().try_for_each(Counter::enable).ok()?;
            Some(Self(counters))
        }

        /// Returns the instructions since then. There are none if a counter had to share the processor's register, and
        /// was scaled up.
        pub(in crate::tasks::meter) fn end(mut self) -> Option<u64> {
            self.0.iter_mut().try_for_each(Counter::disable).ok()?;
            let mut count = |counter: &mut Counter| {
                let read = counter.read_count_and_time().ok()?;
                (read.time_running == read.time_enabled).then_some(read.count)
            };
            let counts: Vec<u64> = self.0.iter_mut().map(&mut count).collect::<Option<_>>()?;
            Some(counts.iter().sum()).filter(|sum| *sum > 0)
        }
    }

    fn counter(thread: i32) -> Option<Counter> {
        Builder::new(Hardware::INSTRUCTIONS).observe_pid(thread).any_cpu().inherit(true).build().ok()
    }
}
