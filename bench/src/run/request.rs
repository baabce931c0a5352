//! Describes what is asked of a run. The command line is one way to ask.

use super::progress::Show;
use super::sitting::precision::Goal;

/// Says which cells are planned, and how. What is empty or absent is as the suite says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// Name of a built-in suite, or path of a TOML file.
    pub(crate) suite: String,
    /// Whether every reference that is timed alone is timed twice (A/A), even if the suite does not say so.
    pub(crate) aa: bool,
    /// Number of sets, instead of the suite's number.
    pub(crate) sets: Option<u64>,
    /// How precise the timed cells' comparison must be.
    pub(crate) goal: Option<Goal>,
    /// Words that a cell's path must hold.
    pub(crate) filter: Option<String>,
    /// Seeds, instead of the suite's.
    pub(crate) seeds: Vec<u64>,
    /// Devices as words, instead of the suite's.
    pub(crate) devices: Vec<String>,
    /// Data set instead of the suite's, or the directory that holds the suite's.
    pub(crate) data: Option<String>,
    /// Number of untimed cells at the same time.
    pub(crate) jobs: Option<usize>,
    /// Number of threads of the machine to use.
    pub(crate) threads: Option<usize>,
    /// Whether cells are only listed, for which a published data set need not be present.
    pub(crate) list: bool,
    /// Command that rows name.
    pub(crate) command: String,
}

/// Says how a session at a run goes on.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Whether cells that were not measured are repeated.
    pub(crate) retry_failed: bool,
    /// Beginnings of the identities of cells that are measured again.
    pub(crate) again: Vec<String>,
    /// What is shown meanwhile.
    pub(crate) show: Show,
}
