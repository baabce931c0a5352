//! Finds what this process may use of the machine: processors by affinity and by a quota, memory by a limit.
//! Containers, job schedulers and service managers give less than the machine has, and say so in the kernel's control
//! groups.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use skipbench_reports::analyses::quantity::format_number_of;

/// Holds what a process may use. A field is absent where nothing limits it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Number of logical processors that it may run on (its affinity).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity_cpus: Option<usize>,
    /// Largest share of processor time, in processors (a quota of control groups, version 1 or 2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota_cpus: Option<f64>,
    /// Bytes of memory beyond which the system kills it (a limit of control groups, version 1 or 2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
}

impl Limits {
    /// Returns whether nothing is limited.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Reads those of this process.
    pub fn read() -> Self {
        Self::below(Path::new("/"))
    }

    /// Reads those in the files below `root`: `proc/self` and `sys/fs/cgroup`.
    pub fn below(root: &Path) -> Self {
        let text = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
        let groups = Groups { mount: root.join("sys/fs/cgroup"), lines: text("proc/self/cgroup") };
        Self {
            affinity_cpus: allowed(&text("proc/self/status")),
            quota_cpus: groups.quota(),
            memory_bytes: groups.memory(),
        }
    }

    /// Returns how many threads are useful on a machine with `logical_cpus` logical processors; at least one.
    pub fn threads(&self, logical_cpus: usize) -> usize {
        let quota = self.quota_cpus.map_or(usize::MAX, |cpus| cpus as usize);
        logical_cpus.min(self.affinity_cpus.unwrap_or(usize::MAX)).min(quota).max(1)
    }

    /// Returns the memory that a cell may have: what its suite allows, or what the control group leaves for its heap.
    /// Above the group's limit the system would kill it without a message.
    pub fn heap_bytes(&self, allowed: u64) -> u64 {
        self.memory_bytes.map_or(allowed, |limit| allowed.min(limit / 10 * 9))
    }

    /// Returns what a user should know before a run on a machine with that many processors whose cells may have `heap`
    /// bytes.
    pub fn notes(&self, logical_cpus: usize, heap: u64) -> Vec<String> {
        let mut notes = Vec::new();
        let threads = self.threads(logical_cpus);
        if threads < logical_cpus {
            let affinity = self.affinity_cpus.filter(|cpus| *cpus < logical_cpus);
            let affinity = affinity.map(|cpus| format!("its affinity allows {cpus}"));
            let quota = self.quota_cpus.filter(|cpus| *cpus < logical_cpus as f64);
            let quota = quota.map(|cpus| format!("a control group's quota allows {cpus:.1}"));
            let why: Vec<String> = affinity.into_iter().chain(quota).collect();
            notes.push(format!(
                "the machine has {logical_cpus} logical processors, but this process may use fewer ({}): the default is {}",
                why.join(", "),
                format_number_of(threads, "thread")
            ));
        }
        if let Some(limit) = self.memory_bytes.filter(|_| self.heap_bytes(heap) < heap) {
            notes.push(format!(
                "a control group limits memory to {} MiB: a cell may have {} MiB instead of memory_limit_mib = {}",
                limit >> 20,
                self.heap_bytes(heap) >> 20,
                heap >> 20
            ));
        }
        notes
    }
}

/// Counts the processors of `Cpus_allowed_list: 0-2,5`.
fn allowed(status: &str) -> Option<usize> {
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    let count = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        last.checked_sub(first).map(|more| more + 1)
    };
    let counts: Option<Vec<usize>> = list.split(',').map(count).collect();
    counts.map(|counts| counts.iter().sum()).filter(|cpus| *cpus > 0)
}

/// The control groups of this process.
struct Groups {
    mount: PathBuf,
    /// Content of `proc/self/cgroup`: `ID:CONTROLLERS:PATH`, one line per hierarchy; in version 2 only the line
    /// `0::PATH`.
    lines: String,
}

impl Groups {
    /// Returns the least of a value over this process's groups, from its own up to the mount's root, because each
    /// limits all below it. Where containers hide the path, the root is the process's own group.
    fn least<T: PartialOrd>(&self, controller: &str, of: impl Fn(&Path) -> Option<T>) -> Option<T> {
        let parts = |line: &'_ str| {
            let (_, rest) = line.split_once(':')?;
            rest.split_once(':').map(|(named, path)| (named.to_owned(), path.to_owned()))
        };
        let of_controller = |(named, _): &(String, String)| named.split(',').any(|one| one == controller);
        let (named, path) = self.lines.lines().filter_map(parts).find(of_controller)?;
        let mount = match controller {
            // Systems in transition mount version 2 beside the hierarchies of version 1.
            "" => Some(self.mount.join("unified")).filter(|mount| mount.is_dir()).unwrap_or(self.mount.clone()),
            // Named after one controller or after all of its line.
            _ => [controller, &named].map(|name| self.mount.join(name)).into_iter().find(|mount| mount.is_dir())?,
        };
        let own = mount.join(path.trim_start_matches('/'));
        let groups = own.ancestors().take_while(|group| group.starts_with(&mount));
        groups.filter_map(of).reduce(|least, value| if value < least { value } else { least })
    }

    fn quota(&self) -> Option<f64> {
        let second = self.least("", |group| {
            let text = fs::read_to_string(group.join("cpu.max")).ok()?;
            let (quota, period) = text.trim().split_once(' ')?;
            share(quota.parse().ok()?, period.parse().ok()?)
        });
        let first = self.least("cpu", |group| {
            let number = |name: &str| fs::read_to_string(group.join(name)).ok()?.trim().parse::<i64>().ok();
            share(number("cpu.cfs_quota_us")?, number("cpu.cfs_period_us")?)
        });
        // Systems in transition have both versions, with each controller in one of them.
        [second, first].into_iter().flatten().reduce(f64::min)
    }

    fn memory(&self) -> Option<u64> {
        let number = |group: &Path, name: &str| fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok();
        let second = self.least("", |group| number(group, "memory.max"));
        let first = self.least("memory", |group| number(group, "memory.limit_in_bytes"));
        [second, first].into_iter().flatten().min().filter(|bytes| *bytes < UNLIMITED)
    }
}

/// Number from which a limit of version 1 means "no limit": about 2⁶³, in pages.
const UNLIMITED: u64 = 1 << 60;

/// Returns a quota in processors, or `None` if it is -1, which is no limit.
fn share(quota: i64, period: i64) -> Option<f64> {
    (quota > 0 && period > 0).then(|| quota as f64 / period as f64)
}
