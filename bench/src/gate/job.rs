//! A gate's job, `skipbench gate --against`: what is needed for base and head to take turns, and the command that
//! repeats it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use skipbench_ci::reproduce::HeadRun;

use super::builds::{self, BuildOptions};
use super::directory;
use super::interleave::list;
use crate::cell::Cell;
use crate::run::rundir;
use crate::suite::builtin::BUILT_IN;
use crate::system::executable::Executable;

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
    pub(super) base: Executable,
    /// Program after it.
    pub(super) head: Executable,
    /// The suite's cells.
    pub(super) cells: Vec<Cell>,
    /// The suite's text, which both run.
    pub(super) suite: String,
    pub(super) rounds: u64,
    pub(super) max_time: Duration,
    /// Where `base/` and `head/` are written, each as a run's directory.
    pub(super) dir: PathBuf,
    /// Keeps other jobs out of it.
    _lock: File,
}

impl Job {
    /// Builds what must be built, and empties the job's directory: once all that was asked is known to be possible.
    ///
    /// # Errors
    /// If a program does not build or is not there or cannot run the suite, the job's directory holds what is not the
    /// gate's, or the file system refuses.
    pub(crate) fn prepare(request: &JobRequest) -> Result<Self> {
        let (dir, suite) = (directory::chosen(request.out.as_deref()), suite(request.suite.as_deref())?);
        directory::check(&dir)?;
        let (base, head) = programs(&request.programs)?;
        // What one of them cannot read ends the job before anything is deleted.
        list(&base, &suite)?;
        let cells = list(&head, &suite)?;
        let (dir, lock) = directory::prepare(&dir)?;
        let (rounds, max_time) = (request.rounds, request.max_time);
        Ok(Self { base, head, cells, suite, rounds, max_time, dir, _lock: lock })
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
        let [base, head, suite, out] =
            [self.base.name(), self.head.name(), &suite, &out].map(|path| path.to_string_lossy());
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

fn programs(programs: &Programs) -> Result<(Executable, Executable)> {
    let (base, head) = match programs {
        Programs::Built(base, head) => (base.clone(), head.clone()),
        Programs::Against(revision, options) => builds::both(Path::new("."), revision, options)?,
    };
    let here = |path: &Path| path.canonicalize().and_then(|path| Executable::at(&path));
    let here = |path: PathBuf| here(&path).with_context(|| path.display().to_string());
    Ok((here(base)?, here(head)?))
}

fn suite(path: Option<&Path>) -> Result<String> {
    match path {
        Some(path) => fs::read_to_string(path).with_context(|| path.display().to_string()),
        None => Ok(BUILT_IN.iter().find(|suite| suite.name == "gate").context("it is built in")?.text.to_owned()),
    }
}
