//! What `skipbench gate` takes.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use crate::gate::builds::BuildOptions;
use crate::gate::job::{JobRequest, Programs};

/// Arguments of `gate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    skipbench gate --base ci/baseline --head results/mine    counts, shapes, losses, peak memory, accuracy\n  \
    skipbench gate --against main                            builds main and this tree; both take turns: times, too\n  \
    skipbench gate --base ci/baseline --head results/mine --bless   the head becomes the base\n\n\
    Times are judged only where base and head took turns on one machine, and only above the noise floor of that very job.\n\
    Exit codes: 0 pass; 1 regressed; 2 broken, or nothing could be judged; 3 inconclusive (--config makes it 0 or 1).")]
pub(crate) struct GateArgs {
    /// Directory of the run to compare with.
    #[arg(long, value_name = "DIR", requires = "head", required_unless_present_any = ["against", "binaries"])]
    pub(super) base: Option<PathBuf>,
    /// Directory of the run to judge.
    #[arg(long, value_name = "DIR", requires = "base")]
    pub(super) head: Option<PathBuf>,
    #[command(flatten)]
    pub(super) job: JobArgs,
    /// Limits, and what an inconclusive metric makes of the whole. Default ci/gate.toml where it is, else as `skipbench
    /// gate` has it.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Show what the head changes of the base, and make it the base.
    #[arg(long, requires = "head", conflicts_with_all = ["against", "binaries"])]
    pub(super) bless: bool,
    /// Show every metric, not only those that changed or could not be told.
    #[arg(long)]
    pub(super) all: bool,
    /// As Markdown, for a pull request.
    #[arg(long, conflicts_with = "json")]
    pub(super) markdown: bool,
    /// As JSON.
    #[arg(long)]
    pub(super) json: bool,
    /// Write JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Write the head's numbers as github-action-benchmark reads them (customSmallerIsBetter).
    #[arg(long, value_name = "FILE")]
    pub(super) benchmark_json: Option<PathBuf>,
}

/// Arguments of a job.
#[derive(Debug, Args)]
pub(super) struct JobArgs {
    /// Build this revision and the working tree as it is, and let both take turns.
    #[arg(long, value_name = "REV", conflicts_with_all = ["base", "head", "binaries"])]
    against: Option<String>,
    /// Two programs that are built already: the base's and the head's.
    #[arg(long, num_args = 2, value_names = ["BASE", "HEAD"], conflicts_with_all = ["base", "head"])]
    binaries: Option<Vec<PathBuf>>,
    /// The suite that both run: a TOML file. Default: the built-in suite `gate`.
    #[arg(long, value_name = "FILE")]
    suite: Option<PathBuf>,
    /// How often what is timed is measured by each.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=1000))]
    rounds: u64,
    /// Begin no further round once so many seconds have gone into rounds.
    #[arg(long, default_value_t = 1800, value_name = "SECONDS")]
    max_time: u64,
    /// Where base/ and head/ go. Default: target/gate/job. What an earlier job of the gate left
    /// there is deleted; a directory that holds anything else is refused.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Cargo features to build both with, beside the default ones.
    #[arg(long, requires = "against")]
    features: Option<String>,
    /// The program's name, where it is one with networks of your own.
    #[arg(long, default_value = "skipbench", requires = "against")]
    bin: String,
}

impl JobArgs {
    /// What they ask for.
    pub(super) fn request(&self) -> Result<JobRequest> {
        Ok(JobRequest {
            programs: self.programs()?,
            suite: self.suite.clone(),
            rounds: self.rounds,
            max_time: Duration::from_secs(self.max_time),
            out: self.out.clone(),
        })
    }

    fn programs(&self) -> Result<Programs> {
        if let Some([base, head]) = self.binaries.as_deref() {
            return Ok(Programs::Built(base.clone(), head.clone()));
        }
        let revision = self.against.clone().context("--base and --head, or --against, or --binaries")?;
        Ok(Programs::Against(revision, BuildOptions { features: self.features.clone(), bin: self.bin.clone() }))
    }
}
