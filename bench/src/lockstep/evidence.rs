//! What can be seen from outside of a program's turn, alike for every program: from `/proc`, where there is one.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::system::tree;

/// Time that a program's threads, and those of the processes that it started, may take to fall asleep after its answer.
const SETTLING: Duration = Duration::from_millis(5);

/// Processor time, for each processor that a program may use, that its threads may take after an answer by looking for
/// work before they sleep: twice what the driver lets OpenMP's do. More than that is work.
const SPINNING: Duration = Duration::from_millis(2);

/// What happened during one turn. Zero where the system does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Ticks (10 ms) in which another guest had a processor of this machine.
    pub steal_ticks: u64,
    /// Time that threads of the program and of the processes that it started waited for a processor, ready to run,
    /// which something else had. No more than what they left of their processors' time: threads of one program that
    /// wait for each other are its own affair.
    pub waited_ns: u64,
    /// How often a thread had to give up its processor. Only recorded: Linux counts a thread that yields while it looks
    /// for work, as Rayon's do, among them.
    pub involuntary_switches: u64,
    /// Processor time that the program and the processes that it started took since its last turn, when they should
    /// have slept; with it what they took right after its answer, beyond what threads take to fall asleep.
    pub asleep_cpu_ns: u64,
}

/// Share of a turn for which threads may wait for a processor before the turn counts as disturbed.
const WAITED: f64 = 0.05;

impl Evidence {
    /// Whether this system tells anything. What it does not tell is written nowhere: a zero would say that it was seen.
    pub(crate) fn is_told() -> bool {
        cfg!(target_os = "linux")
    }

    /// Whether something from outside held up a turn of so many nanoseconds.
    pub fn is_disturbed(&self, turn_ns: u64) -> bool {
        self.steal_ticks > 0 || self.waited_ns as f64 > WAITED * turn_ns as f64
    }
}

/// Watches a process and all that it started, between the steps and never within one.
#[derive(Debug)]
pub(crate) struct Watch {
    root: u32,
    /// How many processors it may use.
    cpus: usize,
    began: Instant,
    before: Seen,
    slept_from: Option<Threads>,
    /// What it worked after its last answer, before it was to sleep.
    worked_on_ns: u64,
    asleep_cpu_ns: u64,
}

impl Watch {
    /// Of the process with that number, which may use so many processors.
    pub(crate) fn new(root: u32, cpus: usize) -> Self {
        let (began, before) = (Instant::now(), Seen::default());
        Self { root, cpus, began, before, slept_from: None, worked_on_ns: 0, asleep_cpu_ns: 0 }
    }

    /// Its turn begins.
    pub(crate) fn begin(&mut self) {
        self.before = Seen::now(self.root);
        let slept = |from: &Threads| self.before.threads.since(from).ran_ns;
        self.asleep_cpu_ns = self.slept_from.as_ref().map_or(0, slept) + self.worked_on_ns;
        self.began = Instant::now();
    }

    /// Its turn is over: waits until its threads sleep, for a few milliseconds at most.
    pub(crate) fn end(&mut self) -> Evidence {
        let (wall, answered) = (self.began.elapsed(), Seen::now(self.root));
        let Counts { waited_ns, switches, .. } = answered.threads.since(&self.before.threads);
        let waited_ns = waited_ns.min(left_over(wall, self.cpus, answered.ran_since(&self.before)));
        self.settle();
        let now = Seen::now(self.root);
        self.worked_on_ns = more_than_spinning(now.ran_since(&answered), self.cpus);
        let steal_ticks = now.steal_ticks.saturating_sub(self.before.steal_ticks);
        self.slept_from = Some(now.threads);
        Evidence { steal_ticks, waited_ns, involuntary_switches: switches, asleep_cpu_ns: self.asleep_cpu_ns }
    }

    /// Waits until its threads sleep.
    fn settle(&self) {
        let (deadline, threads) = (Instant::now() + SETTLING, tree::threads(self.root));
        while threads.iter().any(|thread| is_running(thread)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_micros(20));
        }
    }
}

/// What of the processor time after an answer no thread can have spent by looking for work.
fn more_than_spinning(ran_ns: u64, cpus: usize) -> u64 {
    let spun = SPINNING.as_nanos().saturating_mul(cpus as u128);
    ran_ns.saturating_sub(u64::try_from(spun).unwrap_or(u64::MAX))
}

/// What a program that ran for `ran_ns` left of the time of `cpus` processors.
fn left_over(wall: Duration, cpus: usize, ran_ns: u64) -> u64 {
    let whole = wall.as_nanos().saturating_mul(cpus as u128);
    u64::try_from(whole).unwrap_or(u64::MAX).saturating_sub(ran_ns)
}

/// All counters at one moment.
#[derive(Debug, Default)]
struct Seen {
    steal_ticks: u64,
    threads: Threads,
    /// Processor time of each process.
    processes: HashMap<u32, u64>,
}

impl Seen {
    fn now(root: u32) -> Self {
        let (steal_ticks, processes) = (steal_ticks().unwrap_or(0), tree::processor_ns(root));
        Self { steal_ticks, threads: Threads::of(root), processes }
    }

    /// Processor time since `before`, with that of threads that have ended meanwhile.
    fn ran_since(&self, before: &Self) -> u64 {
        let since =
            |(process, ns): (&u32, &u64)| ns.saturating_sub(before.processes.get(process).copied().unwrap_or(0));
        self.processes.iter().map(since).sum()
    }
}

/// The counters of every thread, by its folder in `/proc`.
#[derive(Debug, Default)]
struct Threads(HashMap<PathBuf, Counts>);

impl Threads {
    fn of(root: u32) -> Self {
        let counted = |thread: PathBuf| Some((Counts::of(&thread)?, thread));
        Self(tree::threads(root).into_iter().filter_map(counted).map(|(counts, thread)| (thread, counts)).collect())
    }

    /// What threads did since `before`: one that is new, all that it ever did.
    fn since(&self, before: &Threads) -> Counts {
        let mut sum = Counts::default();
        for (thread, now) in &self.0 {
            let before = before.0.get(thread).copied().unwrap_or_default();
            sum.ran_ns += now.ran_ns.saturating_sub(before.ran_ns);
            sum.waited_ns += now.waited_ns.saturating_sub(before.waited_ns);
            sum.switches += now.switches.saturating_sub(before.switches);
        }
        sum
    }
}

/// A thread's counters so far.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    ran_ns: u64,
    waited_ns: u64,
    switches: u64,
}

impl Counts {
    /// None of a thread that has ended.
    fn of(thread: &Path) -> Option<Self> {
        // In nanoseconds and so finer than the ticks of `stat`: time on a processor, time in a queue for one.
        let scheduled = fs::read_to_string(thread.join("schedstat")).ok()?;
        let mut numbers = scheduled.split_whitespace().map_while(|number| number.parse().ok());
        let (ran_ns, waited_ns) = (numbers.next()?, numbers.next()?);
        Some(Self { ran_ns, waited_ns, switches: switches(thread).unwrap_or(0) })
    }
}

fn switches(thread: &Path) -> Option<u64> {
    let status = fs::read_to_string(thread.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"))?;
    line.trim().parse().ok()
}

/// The machine's steal time so far: the eighth number of the first line.
fn steal_ticks() -> Option<u64> {
    fs::read_to_string("/proc/stat").ok()?.lines().next()?.split_whitespace().nth(8)?.parse().ok()
}

/// Whether a thread runs, or would if it could: `R` after the name, which stands in parentheses.
fn is_running(thread: &Path) -> bool {
    let stat = fs::read_to_string(thread.join("stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('R'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two threads of one program on one processor wait for each other, and nothing is left for anything else.
    #[test]
    fn threads_that_wait_for_each_other_are_not_held_up_from_outside() {
        let wall = Duration::from_millis(10);
        assert_eq!(left_over(wall, 1, 10_000_000), 0, "both in turn, all the time");
        assert_eq!(left_over(wall, 1, 6_000_000), 4_000_000, "something else had it for four tenths");
        assert_eq!(left_over(wall, 2, 15_000_000), 5_000_000);
        assert_eq!(left_over(wall, 1, 11_000_000), 0, "counters are read one after the other");
    }

    /// A program that answers before its work is done.
    #[test]
    fn work_after_an_answer_counts_beyond_what_threads_take_to_fall_asleep() {
        assert_eq!(more_than_spinning(4_500_000, 1), 2_500_000);
        assert_eq!(more_than_spinning(1_900_000, 1), 0, "a thread that spins a millisecond, and is late");
        assert_eq!(more_than_spinning(3_900_000, 2), 0, "two of them");
    }
}
