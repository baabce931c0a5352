//! Defines what `skipbench run` takes, and what it shares with `skipbench claims`.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::run::progress::Show;
use crate::run::request::{Options, Request};
use crate::run::sitting::precision::Goal;
use crate::suite::check::MOST_SETS;

/// Seconds after which no further set begins, unless the command line says otherwise.
const MAX_TIME_S: u64 = 600;

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    skipbench run                                   the quick suite, on the embedded digits\n  \
    skipbench run --filter 'resnet20 train seed=1'  only cells whose names hold all those words\n  \
    skipbench run cifar --data ~/data               matched pairs on CIFAR-10\n  \
    skipbench run quick --data folder:my-images     the same groups on your own images\n  \
    skipbench run mine.toml --device vulkan --out results/mine\n  \
    skipbench run --resume results/mine             continue after a Ctrl-C, a crash or a power cut")]
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
    #[command(flatten)]
    pub(super) shared: SharedArgs,
}

/// Arguments of every run of cells, for any suite.
#[derive(Debug, Clone, Args)]
pub(crate) struct SharedArgs {
    /// Only list the cells.
    #[arg(long, conflicts_with_all = ["out", "quiet", "retry_failed", "again"])]
    pub(crate) list: bool,
    /// Only cells whose group/model/task/device/seed=N holds every one of these words.
    #[arg(long, value_name = "WORDS")]
    pub(crate) filter: Option<String>,
    /// Seeds in place of the suite's.
    #[arg(long, value_delimiter = ',', value_name = "N,N,…")]
    pub(crate) seeds: Vec<u64>,
    /// Device in place of the suite's: auto, flex, wgpu, vulkan, metal, cuda, rocm, each with :INDEX. May be repeated.
    #[arg(long)]
    pub(crate) device: Vec<String>,
    /// The directory that holds the suite's data set; or a data set in place of the suite's: digits, cifar10, cifar100,
    /// mnist, fashion-mnist or folder:DIR.
    ///
    /// Default directory: the one in SKIPBENCH_DATA, or else `data`.
    #[arg(long, value_name = "DIR|SET")]
    pub(crate) data: Option<String>,
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
    /// Untimed cells (training, memory) that run at the same time, in place of the suite's number.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Threads to use. Default: as many as this process may use, by its affinity and control groups.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,
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
        Ok(Request {
            suite: suite.to_owned(),
            aa: false,
            sets: None,
            goal: None,
            filter: self.filter.clone(),
            seeds: self.seeds.clone(),
            devices: self.device.clone(),
            data: self.data.clone(),
            jobs: self.jobs.map(usize::from),
            threads: self.threads.map(usize::from),
            list: self.list,
            command: command_line()?,
        })
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

/// Returns the command line of this process.
fn command_line() -> Result<String> {
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    shlex::try_join(words.iter().map(String::as_str)).context("the command line holds a zero byte")
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
