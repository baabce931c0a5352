//! What is asked of a run, whoever asks: the command line is one way to say it.

use super::progress::Show;
use super::sitting::precision::Goal;

/// Which cells are planned, and how. What is empty or absent is as the suite says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// A built-in suite or a TOML file.
    pub(crate) suite: String,
    /// Whether every reference that is timed alone is timed twice (A/A), even if the suite does not say so.
    pub(crate) aa: bool,
    /// Sets in place of the suite's number.
    pub(crate) sets: Option<u64>,
    /// How precise the timed cells' comparison shall be.
    pub(crate) goal: Option<Goal>,
    /// Words that a cell's path must hold.
    pub(crate) filter: Option<String>,
    /// Seeds in place of the suite's.
    pub(crate) seeds: Vec<u64>,
    /// Devices in place of the suite's, as words.
    pub(crate) devices: Vec<String>,
    /// A data set in place of the suite's, or the directory that holds the suite's.
    pub(crate) data: Option<String>,
    /// Untimed cells at the same time.
    pub(crate) jobs: Option<usize>,
    /// Threads of the machine to use.
    pub(crate) threads: Option<usize>,
    /// Whether cells are only listed, which a published data set need not be here for.
    pub(crate) list: bool,
    /// The command that rows name.
    pub(crate) command: String,
}

/// How a session at a run goes on.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Whether cells that were not measured are repeated.
    pub(crate) retry_failed: bool,
    /// Cells that are measured anew, by how their identities begin.
    pub(crate) again: Vec<String>,
    /// What is shown meanwhile.
    pub(crate) show: Show,
}
