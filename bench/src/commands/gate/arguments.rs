//! Defines what `skipbench gate` takes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;
use skipbench_ci::config::{CommandPair, Config};

use crate::gate::builds::{BuildOptions, Builds};
use crate::gate::job::{JobRequest, Programs};
use crate::gate::sitting::Turns;
use crate::lockstep::set::Length;

/// Arguments of `gate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    skipbench gate --base ci/baseline --head results/mine\n      \
        two finished runs: counts, shapes, losses, peak memory, accuracy\n  \
    skipbench gate --against main\n      \
        builds main and this tree, and lets them take turns: times too\n  \
    skipbench gate --base-command 'python3 old.py' --head-command 'python3 new.py'\n      \
        any two programs, in turns\n  \
    skipbench gate --base ci/baseline --head results/mine --bless\n      \
        the head becomes the base\n\n\
    Times are judged only where base and head took turns step by step on one machine. Programs of your own speak the \
    step protocol (bench/PROTOCOL.md); [[command]] in gate.toml lists them permanently.\n\
    Exit codes: 0 pass; 1 regressed; 2 broken, or nothing could be judged; 3 inconclusive (--config makes it 0 or 1).")]
pub(crate) struct GateArgs {
    /// Directory of the run to compare with.
    #[arg(long, value_name = "DIR", requires = "head")]
    pub(super) base: Option<PathBuf>,
    /// Directory of the run to judge.
    #[arg(long, value_name = "DIR", requires = "base")]
    pub(super) head: Option<PathBuf>,
    /// With --base and --head of a gate's job: its relinked/, the base in another layout. With --binaries: that program.
    #[arg(long, value_name = "PATH")]
    pub(super) relinked: Option<PathBuf>,
    #[command(flatten)]
    pub(super) job: JobArgs,
    #[command(flatten)]
    pub(super) commands: CommandArgs,
    #[command(flatten)]
    pub(super) turns: TurnArgs,
    /// Limits, and how an inconclusive metric counts. Default: ci/gate.toml if it exists, or else the built-in limits.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Show what the head changes, and make it the new base.
    #[arg(long, requires = "head", conflicts_with_all = ["against", "binaries", "base_command"])]
    pub(super) bless: bool,
    /// Show every metric, not only those that changed or are inconclusive.
    #[arg(long, conflicts_with_all = ["markdown", "json"])]
    pub(super) all: bool,
    /// Print Markdown, for a pull request.
    #[arg(long, conflicts_with = "json")]
    pub(super) markdown: bool,
    /// Print JSON.
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
    /// Build this revision and the working tree as it is, and let the two programs take turns.
    #[arg(long, value_name = "REV", conflicts_with_all = ["base", "head", "binaries"])]
    pub(super) against: Option<String>,
    /// Two programs that are built already: the base's and the head's.
    #[arg(long, num_args = 2, value_names = ["BASE", "HEAD"], conflicts_with_all = ["base", "head"])]
    pub(super) binaries: Option<Vec<PathBuf>>,
    /// The suite that both run: a TOML file. Default: the built-in suite `gate`.
    #[arg(long, value_name = "FILE")]
    pub(super) suite: Option<PathBuf>,
    /// Where base/ and head/ are written. Default: target/gate/job. What an earlier job of the gate left there is
    /// deleted; a directory that holds anything else is refused. With commands: where every turn and the judgment are
    /// written, a new directory or an empty one; without it they are not kept.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// With --against: Cargo features to build both with, beside the default ones.
    #[arg(long)]
    pub(super) features: Option<String>,
    /// With --against: the program's name, where it is one with networks of your own. Default: skipbench.
    #[arg(long)]
    pub(super) bin: Option<String>,
}

/// Two programs of any kind.
#[derive(Debug, Args)]
pub(super) struct CommandArgs {
    /// The program before the change, as one argument; no shell runs it. In place of those that gate.toml names.
    #[arg(long, value_name = "COMMAND", requires = "head_command")]
    #[arg(conflicts_with_all = ["base", "head", "against", "binaries", "suite"])]
    base_command: Option<String>,
    /// The program after it.
    #[arg(long, value_name = "COMMAND", requires = "base_command")]
    head_command: Option<String>,
}

impl CommandArgs {
    /// Returns the pairs to measure: the given one, or else those of gate.toml.
    pub(super) fn pairs(&self, config: &Config) -> Result<Vec<CommandPair>> {
        let (Some(base), Some(head)) = (&self.base_command, &self.head_command) else {
            ensure!(
                !config.commands.is_empty(),
                "nothing to judge: give --base and --head, --against, --binaries, --base-command and --head-command, \
                 or [[command]] in gate.toml (skipbench gate --help)"
            );
            return Ok(config.commands.clone());
        };
        let pair = CommandPair { name: "step".to_owned(), base: base.clone(), head: head.clone() };
        pair.words().map_err(|(key, problem)| anyhow!("--{key}-command: {problem}"))?;
        Ok(vec![pair])
    }
}

/// How programs take turns.
#[derive(Debug, Args)]
pub(super) struct TurnArgs {
    /// Sets of fresh processes; the number is fixed beforehand. Each gives one ratio, and the verdict follows from all.
    /// Default: 8.
    #[arg(long, alias = "rounds", value_parser = clap::value_parser!(u64).range(2..=1000))]
    pub(super) sets: Option<u64>,
    /// How long each set takes turns after its warm-up, in seconds of steps. Default: 10 for commands, 2 for each cell
    /// of a suite.
    #[arg(long, value_parser = super::super::quantity::seconds, conflicts_with = "steps")]
    pub(super) seconds: Option<f64>,
    /// Steps of each program in each set, in place of --seconds.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) steps: Option<u64>,
    /// Processors that each program may use, the same for all (Linux); timed cells of a suite get as many threads. With 1
    /// the smallest differences are found: no thread moves from one processor to another. Default: 1.
    #[arg(long, value_name = "N", value_parser = super::super::quantity::processors)]
    pub(super) cpus: Option<usize>,
    /// Seed of the order of starts and turns. Default: 1.
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Time after which a program that is not ready, or does not end its turn, has failed, such as 90s or 10m. Default:
    /// 5m.
    #[arg(long, value_name = "TIME", value_parser = super::super::quantity::time)]
    pub(super) timeout: Option<Duration>,
    /// Show no progress.
    #[arg(long, short)]
    pub(super) quiet: bool,
}

impl TurnArgs {
    /// Returns the turns, with sets of `usual` seconds where nothing else was asked.
    pub(super) fn turns(&self, usual: f64) -> Turns {
        let time = Length::Time(Duration::from_secs_f64(self.seconds.unwrap_or(usual)));
        Turns {
            sets: self.sets.unwrap_or(8),
            length: self.steps.map_or(time, Length::Steps),
            cpus: self.cpus(),
            seed: self.seed.unwrap_or(1),
            timeout: self.timeout.unwrap_or(Duration::from_secs(300)),
        }
    }

    /// Processors that each program may use.
    pub(super) fn cpus(&self) -> usize {
        self.cpus.unwrap_or(1)
    }
}

impl JobArgs {
    /// Returns whether a job was asked for.
    pub(super) fn is_asked(&self) -> bool {
        self.against.is_some() || self.binaries.is_some()
    }

    /// Returns what they ask for.
    pub(super) fn request(&self, turns: Turns, relinked: Option<&Path>, config: Option<&Path>) -> Result<JobRequest> {
        Ok(JobRequest {
            programs: self.programs(turns.seed, relinked)?,
            suite: self.suite.clone(),
            turns,
            out: self.out.clone(),
            config: config.map(Path::to_owned),
        })
    }

    fn programs(&self, seed: u64, relinked: Option<&Path>) -> Result<Programs> {
        if let Some([base, head]) = self.binaries.as_deref() {
            let (base, head, relinked) = (base.clone(), head.clone(), relinked.map(Path::to_owned));
            return Ok(Programs::Built(Builds { base, head, relinked }));
        }
        let revision = self.against.clone().context("--base and --head, or --against, or --binaries")?;
        let (features, bin) = (self.features.clone(), self.bin.clone().unwrap_or_else(|| "skipbench".to_owned()));
        Ok(Programs::Against(revision, BuildOptions { features, bin, seed }))
    }
}
