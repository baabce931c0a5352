//! Defines what `skipbench run` takes, and what it shares with `skipbench claims`.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;

use super::selection::Selection;
use crate::run::progress::Show;
use crate::run::request::{Options, Request};
use crate::run::shard::place::Asked;
use crate::run::sitting::precision::Goal;
use crate::suite::check::MOST_SETS;

/// Seconds after which no further set begins, unless the command line says otherwise.
const MAX_TIME_S: u64 = 600;

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    skipbench run\n  \
    \x20   the quick suite, on the embedded digits\n  \
    skipbench run --filter 'resnet20 train seed=1'\n  \
    \x20   only cells whose names hold all those words\n  \
    skipbench run cifar --data ~/data\n  \
    \x20   matched pairs on CIFAR-10\n  \
    skipbench run quick --data folder:my-images\n  \
    \x20   the same groups on your own images\n  \
    skipbench run mine.toml --device vulkan --out results/mine\n  \
    skipbench run --resume results/mine\n  \
    \x20   continue after a Ctrl-C, a crash or a power cut\n  \
    skipbench run mine.toml --shard 3/40\n  \
    \x20   the third of forty shares, of which `skipbench plan` tells")]
pub(crate) struct RunArgs {
    /// A built-in suite (`skipbench suites`) or a TOML file.
    #[arg(default_value = "quick", conflicts_with = "resume")]
    pub(super) suite: String,
    /// Time every reference of train-epoch and time-to-accuracy twice, as suites with `aa = true` do (A/A). Its
    /// difference from itself is the noise floor. In sets the reference always runs twice.
    #[arg(long, conflicts_with = "resume")]
    pub(super) aa: bool,
    /// Sets of fresh processes that take turns at train-step, infer and latency, in place of the suite's number. Each
    /// set gives one ratio.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_SETS), conflicts_with = "resume")]
    pub(super) sets: Option<u64>,
    /// Add as many sets as are needed for 95 % intervals of ± this width, such as 2%. The spread of the first sets says
    /// how many (Stein's rule). Nothing is added to train-epoch.
    #[arg(long, value_name = "PERCENT", value_parser = percent, conflicts_with = "resume")]
    pub(super) precision: Option<f64>,
    /// With --precision: start no further set once the sets have taken this long, such as 90s or 10m. Default 10m.
    #[arg(long, value_name = "TIME", value_parser = seconds, requires = "precision", conflicts_with = "resume")]
    pub(super) max_time: Option<u64>,
    /// Do one share of the suite: K/N, or auto inside an array of jobs (auto/N where the engine does not say how many).
    /// Rows go into OUT/K-of-N. The same command goes on with a share that was begun, on another machine too.
    #[arg(long, value_name = "K/N", conflicts_with_all = ["resume", "precision"])]
    pub(super) shard: Option<Asked>,
    /// With --shard: run nothing unless the plan has this identity, as `skipbench plan` prints it.
    #[arg(long, value_name = "IDENTITY", requires = "shard")]
    pub(super) plan: Option<String>,
    #[command(flatten)]
    pub(super) shared: SharedArgs,
}

/// Arguments of every run of cells, for any suite.
#[derive(Debug, Clone, Args)]
pub(crate) struct SharedArgs {
    /// Only list the cells.
    #[arg(long, conflicts_with_all = ["out", "quiet", "retry_failed", "again"])]
    pub(crate) list: bool,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Where rows are written. Default: skipbench-results/SUITE-TIME, or with -2 and so on if that is taken.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Continue the run in this directory. No cell that has a row is repeated.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "seeds", "device", "filter", "jobs", "threads", "data"])]
    pub(crate) resume: Option<PathBuf>,
    /// With --resume: repeat the cells that were not measured, and those whose row or samples are damaged.
    #[arg(long, requires = "resume")]
    pub(crate) retry_failed: bool,
    /// With --resume: measure this cell again, named as in runs.csv. A unique beginning is enough. May be repeated.
    #[arg(long, requires = "resume", value_name = "CELL")]
    pub(crate) again: Vec<String>,
    /// Show no progress.
    #[arg(long, short, conflicts_with = "json")]
    pub(crate) quiet: bool,
    /// Report everything as JSON lines on standard output.
    #[arg(long)]
    pub(crate) json: bool,
}

impl RunArgs {
    /// Returns what they ask for.
    pub(super) fn request(&self) -> Result<Request> {
        let max_time_s = self.max_time.unwrap_or(MAX_TIME_S);
        let goal = self.precision.map(|half_width| Goal { half_width, max_time_s, pilot: 0 });
        Ok(Request { aa: self.aa, sets: self.sets, goal, ..self.shared.request(&self.suite)? })
    }
}

impl SharedArgs {
    /// Returns what they ask for of `suite`.
    ///
    /// # Errors
    /// Returns an error for what only a resumed run can do.
    pub(crate) fn request(&self, suite: &str) -> Result<Request> {
        // Clap asks for no argument that conflicts with one that is there, as the suite does.
        ensure!(!self.retry_failed && self.again.is_empty(), "--retry-failed and --again need --resume DIR");
        self.selection.request(suite, self.list)
    }

    /// Returns how they ask for it.
    pub(crate) fn options(&self) -> Options {
        let show = match (self.quiet, self.json) {
            (true, _) => Show::Quiet,
            (_, true) => Show::Json,
            _ => Show::Usual,
        };
        Options { retry_failed: self.retry_failed, again: self.again.clone(), show }
    }
}

/// Reads `2%` as a share: 0.02.
fn percent(word: &str) -> Result<f64, String> {
    super::super::quantity::share(word, 1e-6..1.0)
        .ok_or_else(|| "a percentage from 0.0001% to below 100% is needed, such as 2%".to_owned())
}

/// Reads a time in whole seconds, at least one.
fn seconds(word: &str) -> Result<u64, String> {
    super::super::quantity::time(word).map(|time| time.as_secs().max(1))
}
