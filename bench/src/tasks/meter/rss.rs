//! Reads resident memory as the kernel counts it.

/// Returns VmHWM of this process in bytes: the most memory it ever had resident. There is none without `/proc`.
///
/// It is not `ru_maxrss`, which a child inherits from its parent across exec.
pub(crate) fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}
