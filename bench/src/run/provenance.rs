//! Says where a number comes from: the program, its source, the machine.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sysinfo::System;

use super::limits::Limits;

/// Version of Burn that this program is built on, from `Cargo.lock`.
pub(crate) const BURN_VERSION: &str = env!("SKIPBENCH_BURN_VERSION");

/// Git revision of the source, found at build time; empty outside a repository.
pub const GIT_REVISION: &str = env!("SKIPBENCH_GIT_REVISION");

/// Returns whether the source differed from that revision.
pub fn git_dirty() -> Option<bool> {
    match env!("SKIPBENCH_GIT_DIRTY") {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Describes the machine, without its name or anything else that is private.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Host {
    /// Identity of the machine: the first 12 hexadecimal digits of a SHA-256. It covers the processor, its architecture
    /// and counts, and the memory in whole GiB, which neither a reboot nor an update changes. A run can thus continue
    /// after both.
    pub id: String,
    /// Name of the processor.
    pub cpu: String,
    /// Architecture of the processor.
    pub arch: String,
    /// Number of logical processors.
    pub logical_cpus: usize,
    /// Number of physical cores, where known.
    pub physical_cores: Option<usize>,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Operating system, with its version.
    pub os: String,
    /// Version of the kernel.
    pub kernel: String,
    /// Limits on what the run could use; empty where it could use all.
    #[serde(default, skip_serializing_if = "Limits::is_none")]
    pub limits: Limits,
}

impl Host {
    /// Returns the number of threads that a run uses by default.
    pub(crate) fn threads(&self) -> usize {
        self.limits.threads(self.logical_cpus)
    }

    /// Reads the description from the system.
    ///
    /// # Errors
    /// Returns an error if the system does not answer at all. What it does not report stays empty.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let mut system = System::new().context("asking the system what machine this is")?;
        system.refresh_memory();
        system.refresh_cpu_all();
        let cpu = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()).unwrap_or_default();
        let mut host = Self {
            id: String::new(),
            cpu,
            arch: std::env::consts::ARCH.to_owned(),
            logical_cpus: system.cpus().len(),
            physical_cores: System::physical_core_count().ok(),
            memory_bytes: system.total_memory(),
            os: System::long_os_version().unwrap_or_default(),
            kernel: System::kernel_version().unwrap_or_default(),
            limits: Limits::read(),
        };
        let Self { cpu, arch, logical_cpus, physical_cores, memory_bytes, .. } = &host;
        let gibibytes = (*memory_bytes as f64 / f64::from(1u32 << 30)).round() as u64;
        let facts = serde_json::to_vec(&(cpu, arch, logical_cpus, physical_cores, gibibytes));
        let facts = facts.expect("plain data always serializes");
        host.id = crate::system::text::hex(&Sha256::digest(facts))[..12].to_owned();
        Ok(host)
    }
}

/// Holds what every row of one run has in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    /// Name of the suite.
    pub suite: String,
    /// SHA-256 of the suite's text.
    pub suite_sha256: String,
    /// Identity of the machine.
    pub host: String,
    /// Command that ran it.
    pub command: String,
    /// Number of sets of times that were planned before anything was measured, where a precision may add more.
    pub pilot_sets: Option<u64>,
    /// Identity of the plan of which a share was done; empty where it was done whole.
    pub plan: String,
}
