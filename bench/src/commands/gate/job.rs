//! `skipbench gate --against`: base and head take turns.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use skipbench_ci::reproduce::Origin;

use crate::gate::builds::{self, Recipe};
use crate::gate::turns::{self, Job};
use crate::run::runner::Stop;
use crate::suite::builtin::BUILT_IN;

static STOP: Stop = Stop::new();

/// What a job leaves.
pub(super) struct Done {
    pub(super) base: PathBuf,
    pub(super) head: PathBuf,
    /// The command that does it again.
    again: String,
}

impl Done {
    /// How its numbers are measured again.
    pub(super) fn origin(&self) -> Origin {
        Origin { job: Some(self.again.clone()), ..super::origin(&self.head) }
    }
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
    /// Where base/ and head/ go. Default: target/gate/job, anew each time.
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
    /// Builds what must be built, and does the job.
    pub(super) fn take(&self) -> Result<Done> {
        let (base, head) = self.programs()?;
        let dir = self.dir()?;
        let suite = self.suite()?;
        ctrlc::set_handler(|| {
            STOP.raise();
        })?;
        let job = Job {
            base: &base,
            head: &head,
            suite: &suite,
            rounds: self.rounds,
            max_time: Duration::from_secs(self.max_time),
            dir: &dir,
            stop: &STOP,
        };
        turns::take(&job, |what| eprintln!("gate: {what}"))?;
        Ok(Done { base: dir.join("base"), head: dir.join("head"), again: self.again(&base, &head, &dir)? })
    }

    /// The programs that were built stay where they are, and so does the suite: both can take turns again.
    fn again(&self, base: &Path, head: &Path, dir: &Path) -> Result<String> {
        let (suite, rounds) = (dir.join("suite.toml"), self.rounds.to_string());
        let out = dir.with_file_name("again");
        let [base, head, suite, out] = [base, head, &suite, &out].map(|path| path.to_string_lossy());
        let words =
            ["skipbench", "gate", "--binaries", &base, &head, "--suite", &suite, "--rounds", &rounds, "--out", &out];
        shlex::try_join(words).context("a path holds a zero byte")
    }

    fn programs(&self) -> Result<(PathBuf, PathBuf)> {
        if let Some([base, head]) = self.binaries.as_deref() {
            let here = |path: &PathBuf| path.canonicalize().with_context(|| path.display().to_string());
            return Ok((here(base)?, here(head)?));
        }
        let revision = self.against.as_deref().context("--base and --head, or --against, or --binaries")?;
        builds::both(Path::new("."), revision, &Recipe { features: self.features.clone(), bin: self.bin.clone() })
    }

    fn dir(&self) -> Result<PathBuf> {
        let dir = self.out.clone().unwrap_or_else(|| PathBuf::from("target/gate/job"));
        for side in ["base", "head"] {
            let old = dir.join(side);
            if old.exists() {
                fs::remove_dir_all(&old).with_context(|| old.display().to_string())?;
            }
        }
        fs::create_dir_all(&dir).with_context(|| dir.display().to_string())?;
        dir.canonicalize().with_context(|| dir.display().to_string())
    }

    fn suite(&self) -> Result<String> {
        match &self.suite {
            Some(path) => fs::read_to_string(path).with_context(|| path.display().to_string()),
            None => Ok(BUILT_IN.iter().find(|suite| suite.name == "gate").context("it is built in")?.text.to_owned()),
        }
    }
}
