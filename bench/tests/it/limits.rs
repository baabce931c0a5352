//! What affinity and control groups allow, from files as kernels write them; and that a heap is the network's alone.

use std::fs;
use std::path::Path;

use skipbench::internals::cell::Task;
use skipbench::internals::run::{Limits, Processes, Runner, Stop};

use super::cell;

/// A root folder with these files.
fn root(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("temp");
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    dir
}

fn limits(files: &[(&str, &str)]) -> Limits {
    Limits::below(root(files).path())
}

#[test]
fn affinity_is_counted() {
    let allowed = |list: &str| limits(&[("proc/self/status", &format!("Name:\tx\nCpus_allowed_list:\t{list}\n"))]);
    for (list, cpus) in [("0", 1), ("0-3", 4), ("0-2,5", 4), ("1,3,5", 3), ("0-127", 128)] {
        assert_eq!(allowed(list).affinity_cpus, Some(cpus), "{list}");
    }
    assert_eq!(allowed("0-3").threads(8), 4);
    assert_eq!(allowed("0-127").threads(8), 8);
    assert_eq!(allowed("3-0").affinity_cpus, None, "nothing is made of nonsense");
}

#[test]
fn quotas_and_memory_of_version_2_hold_for_all_below() {
    let cgroup = ("proc/self/cgroup", "0::/a.slice/b.scope\n");
    let found = limits(&[
        cgroup,
        ("sys/fs/cgroup/a.slice/cpu.max", "150000 100000\n"),
        ("sys/fs/cgroup/a.slice/b.scope/cpu.max", "max 100000\n"),
        ("sys/fs/cgroup/a.slice/memory.max", "1073741824\n"),
        ("sys/fs/cgroup/a.slice/b.scope/memory.max", "2147483648\n"),
    ]);
    assert_eq!((found.quota_cpus, found.memory_bytes), (Some(1.5), Some(1 << 30)));
    assert_eq!((found.threads(8), found.threads(1)), (1, 1));
    let none = limits(&[
        cgroup,
        ("sys/fs/cgroup/a.slice/b.scope/cpu.max", "max 100000\n"),
        ("sys/fs/cgroup/a.slice/memory.max", "max\n"),
    ]);
    assert_eq!((none, none.threads(8)), (Limits::default(), 8));
    // A container's own root, whose path outside it does not exist inside.
    let contained = limits(&[
        ("proc/self/cgroup", "0::/../../docker/1234\n"),
        ("sys/fs/cgroup/cpu.max", "200000 100000\n"),
        ("sys/fs/cgroup/memory.max", "536870912\n"),
    ]);
    assert_eq!((contained.quota_cpus, contained.memory_bytes), (Some(2.0), Some(1 << 29)));
    let small = limits(&[("proc/self/cgroup", "0::/\n"), ("sys/fs/cgroup/cpu.max", "20000 100000\n")]);
    assert_eq!(small.threads(8), 1, "a fifth of a processor is one thread");
}

#[test]
fn quotas_and_memory_of_version_1_are_known() {
    let lines = "12:memory:/job\n4:cpu,cpuacct:/job\n1:name=systemd:/x\n0::/x\n";
    for folder in ["cpu", "cpu,cpuacct"] {
        let of = |name: &str| format!("sys/fs/cgroup/{folder}/job/{name}");
        let found = limits(&[
            ("proc/self/cgroup", lines),
            (&of("cpu.cfs_quota_us"), "300000\n"),
            (&of("cpu.cfs_period_us"), "100000\n"),
            ("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "4294967296\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ]);
        assert_eq!((found.quota_cpus, found.memory_bytes), (Some(3.0), Some(4 << 30)), "{folder}");
    }
    let none = limits(&[
        ("proc/self/cgroup", lines),
        ("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "-1\n"),
        ("sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n"),
        ("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "9223372036854771712\n"),
    ]);
    assert_eq!(none, Limits::default(), "-1 and 2⁶³ are no limits");
}

/// Systems in transition mount version 2 beside the hierarchies of version 1.
#[test]
fn version_2_is_found_where_systems_in_transition_mount_it() {
    let found = limits(&[
        ("proc/self/cgroup", "4:memory:/\n0::/job\n"),
        ("sys/fs/cgroup/unified/job/cpu.max", "200000 100000\n"),
        ("sys/fs/cgroup/memory/memory.limit_in_bytes", "4294967296\n"),
    ]);
    assert_eq!((found.quota_cpus, found.memory_bytes), (Some(2.0), Some(4 << 30)));
}

#[test]
fn what_is_limited_is_said_and_a_cell_gets_no_more() {
    let limits = Limits { affinity_cpus: Some(6), quota_cpus: Some(2.5), memory_bytes: Some(1 << 30) };
    let notes = limits.notes(8, 8 << 30);
    assert!(notes[0].contains("affinity allows 6") && notes[0].contains("quota allows 2.5"), "{notes:?}");
    assert!(notes[0].contains("8 logical processors") && notes[0].contains("2 threads"), "{notes:?}");
    assert!(notes[1].contains("1024 MiB") && notes[1].contains("memory_limit_mib = 8192"), "{notes:?}");
    assert!(limits.heap_bytes(8 << 30) < 1 << 30);
    assert_eq!(limits.heap_bytes(1 << 20), 1 << 20, "a suite's own limit holds where it is the lower");
    assert!(Limits::default().notes(8, 8 << 30).is_empty());
    assert!(Limits::below(Path::new("/nowhere")) == Limits::default());
}

/// A peak may differ by some bytes, where a thread had to wait for a channel and notes itself there. A path that were
/// held once would show as 3,000.
#[test]
fn the_heap_does_not_depend_on_where_the_run_is() {
    let peaks: Vec<Option<u64>> = [1, 100, 1500]
        .into_iter()
        .map(|length| {
            let path = format!("/tmp/{}", "x/".repeat(length));
            let runner = Processes::new(Path::new(env!("CARGO_BIN_EXE_skipbench"))).expect("a program");
            let done = runner.run(&cell("resnet8-w4", Task::PeakMemoryInfer), Path::new(&path), &Stop::new(), &|_| {});
            done.expect("nobody stopped it").expect("measured").measured.heap_peak_bytes
        })
        .collect();
    let peaks: Vec<u64> = peaks.into_iter().map(|peak| peak.expect("a peak")).collect();
    assert!(peaks.iter().all(|peak| peak.abs_diff(peaks[0]) < 1000), "{peaks:?}");
}
