//! What can be seen from outside of a program's turn, alike for every program: from `/proc`, where there is one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

/// Time that a program's threads may take to fall asleep after its answer.
const SETTLING: Duration = Duration::from_millis(5);

/// What happened during one turn. Zero where the system does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Ticks (10 ms) in which another guest had a processor of this machine.
    pub steal_ticks: u64,
    /// Time that threads of the program waited for a processor, ready to run: something else had it.
    pub waited_ns: u64,
    /// How often a thread had to give up its processor. Only recorded: Linux counts a thread that yields while it looks
    /// for work, as Rayon's do, among them.
    pub involuntary_switches: u64,
    /// Processor time that the program took since its last turn, when it should have slept.
    pub asleep_cpu_ns: u64,
}

/// Share of a turn for which threads may wait for a processor before the turn counts as disturbed.
const WAITED: f64 = 0.05;

impl Evidence {
    /// Whether something from outside held up a turn of so many nanoseconds.
    pub fn is_disturbed(&self, turn_ns: u64) -> bool {
        self.steal_ticks > 0 || self.waited_ns as f64 > WAITED * turn_ns as f64
    }
}

/// Watches one process.
#[derive(Debug)]
pub(crate) struct Watch {
    tasks: PathBuf,
    before: Counts,
    slept_from_ns: Option<u64>,
    asleep_cpu_ns: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    steal_ticks: u64,
    switches: u64,
    waited_ns: u64,
}

impl Counts {
    fn now(tasks: &Path) -> Self {
        Self {
            steal_ticks: steal_ticks().unwrap_or(0),
            switches: switches(tasks),
            waited_ns: scheduled(tasks, WAITED_FIELD).unwrap_or(0),
        }
    }
}

impl Watch {
    /// Of the process with that number.
    pub(crate) fn new(id: u32) -> Self {
        let tasks = Path::new("/proc").join(id.to_string()).join("task");
        Self { tasks, before: Counts::default(), slept_from_ns: None, asleep_cpu_ns: 0 }
    }

    /// Its turn begins.
    pub(crate) fn begin(&mut self) {
        let slept = self.slept_from_ns.zip(scheduled(&self.tasks, RAN_FIELD));
        self.asleep_cpu_ns = slept.map_or(0, |(from, to)| to.saturating_sub(from));
        self.before = Counts::now(&self.tasks);
    }

    /// Its turn is over: waits until its threads sleep, for a few milliseconds at most.
    pub(crate) fn end(&mut self) -> Evidence {
        let deadline = Instant::now() + SETTLING;
        while is_running(&self.tasks) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_micros(20));
        }
        self.slept_from_ns = scheduled(&self.tasks, RAN_FIELD);
        let (before, now) = (self.before, Counts::now(&self.tasks));
        Evidence {
            steal_ticks: now.steal_ticks.saturating_sub(before.steal_ticks),
            waited_ns: now.waited_ns.saturating_sub(before.waited_ns),
            involuntary_switches: now.switches.saturating_sub(before.switches),
            asleep_cpu_ns: self.asleep_cpu_ns,
        }
    }
}

/// The machine's steal time so far: the eighth number of the first line.
fn steal_ticks() -> Option<u64> {
    fs::read_to_string("/proc/stat").ok()?.lines().next()?.split_whitespace().nth(8)?.parse().ok()
}

/// A file of every thread.
fn of_threads(tasks: &Path, file: &str) -> Vec<String> {
    let threads = fs::read_dir(tasks).into_iter().flatten().flatten();
    threads.filter_map(|thread| fs::read_to_string(thread.path().join(file)).ok()).collect()
}

fn switches(tasks: &Path) -> u64 {
    let count = |status: &String| {
        let line = status.lines().find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"))?;
        line.trim().parse::<u64>().ok()
    };
    of_threads(tasks, "status").iter().filter_map(count).sum()
}

/// Fields of `schedstat`, in nanoseconds and so finer than the ticks of `stat`: time on a processor, time in a queue
/// for one.
const RAN_FIELD: usize = 0;
const WAITED_FIELD: usize = 1;

/// A field of `schedstat` so far, all threads together.
fn scheduled(tasks: &Path, field: usize) -> Option<u64> {
    let number = |text: &String| text.split_whitespace().nth(field)?.parse::<u64>().ok();
    let times: Vec<u64> = of_threads(tasks, "schedstat").iter().filter_map(number).collect();
    (!times.is_empty()).then(|| times.iter().sum())
}

/// Whether a thread runs, or would if it could: `R` after the name, which stands in parentheses.
fn is_running(tasks: &Path) -> bool {
    let runs = |stat: &String| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('R'));
    of_threads(tasks, "stat").iter().any(runs)
}
