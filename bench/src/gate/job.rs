//! A gate's job, `skipbench gate --against`: what is needed for base and head to take turns, and the command that
//! repeats it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use skipbench_ci::reproduce::HeadRun;

use super::builds::{self, BuildOptions};
use crate::run::rundir;
use crate::suite::builtin::BUILT_IN;

/// Where a job goes if nothing says otherwise.
const USUAL_DIR: &str = "target/gate/job";

/// Which two programs take turns.
#[derive(Debug, Clone)]
pub(crate) enum Programs {
    /// This revision and the working tree as it is, to be built so.
    Against(String, BuildOptions),
    /// Two that are built already: the base's and the head's.
    Built(PathBuf, PathBuf),
}

/// What is asked of a job.
#[derive(Debug, Clone)]
pub(crate) struct JobRequest {
    pub(crate) programs: Programs,
    /// The suite's file, if not the built-in suite `gate`.
    pub(crate) suite: Option<PathBuf>,
    /// How often what is timed is measured by each.
    pub(crate) rounds: u64,
    /// Begin no further round after so long.
    pub(crate) max_time: Duration,
    /// Where it goes.
    pub(crate) out: Option<PathBuf>,
}

/// A job that is ready: both programs are there.
#[derive(Debug)]
pub(crate) struct Job {
    /// Program before the change.
    pub(super) base: PathBuf,
    /// Program after it.
    pub(super) head: PathBuf,
    /// The suite's text, which both run.
    pub(super) suite: String,
    pub(super) rounds: u64,
    pub(super) max_time: Duration,
    /// Where `base/` and `head/` are written, each as a run's directory.
    pub(super) dir: PathBuf,
}

impl Job {
    /// Builds what must be built, and empties the job's directory.
    ///
    /// # Errors
    /// If a program does not build or is not there, or the file system refuses.
    pub(crate) fn prepare(request: &JobRequest) -> Result<Self> {
        let (base, head) = programs(&request.programs)?;
        let dir = directory(request.out.as_deref())?;
        let suite = suite(request.suite.as_deref())?;
        Ok(Self { base, head, suite, rounds: request.rounds, max_time: request.max_time, dir })
    }

    /// The base's rows, as a run's directory.
    pub(crate) fn base_dir(&self) -> PathBuf {
        self.dir.join("base")
    }

    /// The head's rows, as a run's directory.
    pub(crate) fn head_dir(&self) -> PathBuf {
        self.dir.join("head")
    }

    /// How its numbers are measured again: the programs that were built stay where they are, and so does the suite, so
    /// that both can take turns again.
    ///
    /// # Errors
    /// A path that no shell can name.
    pub(crate) fn origin(&self) -> Result<HeadRun> {
        let (suite, out) = (self.dir.join("suite.toml"), self.dir.with_file_name("again"));
        let [base, head, suite, out] = [&self.base, &self.head, &suite, &out].map(|path| path.to_string_lossy());
        let rounds = self.rounds.to_string();
        let words =
            ["skipbench", "gate", "--binaries", &base, &head, "--suite", &suite, "--rounds", &rounds, "--out", &out];
        let again = shlex::try_join(words).context("a path holds a zero byte")?;
        Ok(HeadRun { job: Some(again), ..origin(&self.head_dir()) })
    }
}

/// Where the numbers of a head came from that no job measured.
pub(crate) fn origin(head: &Path) -> HeadRun {
    HeadRun { head: head.display().to_string(), planned: rundir::is_begun(head), job: None }
}

fn programs(programs: &Programs) -> Result<(PathBuf, PathBuf)> {
    let here = |path: &PathBuf| path.canonicalize().with_context(|| path.display().to_string());
    match programs {
        Programs::Built(base, head) => Ok((here(base)?, here(head)?)),
        Programs::Against(revision, options) => builds::both(Path::new("."), revision, options),
    }
}

fn directory(out: Option<&Path>) -> Result<PathBuf> {
    let dir = out.unwrap_or(Path::new(USUAL_DIR));
    for side in ["base", "head"] {
        let old = dir.join(side);
        if old.exists() {
            fs::remove_dir_all(&old).with_context(|| old.display().to_string())?;
        }
    }
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    dir.canonicalize().with_context(|| dir.display().to_string())
}

fn suite(path: Option<&Path>) -> Result<String> {
    match path {
        Some(path) => fs::read_to_string(path).with_context(|| path.display().to_string()),
        None => Ok(BUILT_IN.iter().find(|suite| suite.name == "gate").context("it is built in")?.text.to_owned()),
    }
}
