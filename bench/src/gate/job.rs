//! A gate's job, `skipbench gate --against`: what is needed for base and head to take turns, and the command that
//! repeats it.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use skipbench_ci::reproduce::HeadRun;
use skipbench_reports::input;

use super::builds::{self, BuildOptions, Builds};
use super::directory;
use super::interleave::{Listed, list};
use super::sitting::Turns;
use crate::run::provenance::{Host, Provenance};
use crate::run::rundir;
use crate::suite::Suite;
use crate::suite::builtin::BUILT_IN;
use crate::system::executable::Executable;

/// Which programs take turns.
#[derive(Debug, Clone)]
pub(crate) enum Programs {
    /// This revision and the working tree as it is, to be built so.
    Against(String, BuildOptions),
    /// Those that are built already.
    Built(Builds),
}

/// What is asked of a job.
#[derive(Debug, Clone)]
pub(crate) struct JobRequest {
    pub(crate) programs: Programs,
    /// The suite's file, if not the built-in suite `gate`.
    pub(crate) suite: Option<PathBuf>,
    /// How they take turns.
    pub(crate) turns: Turns,
    /// Where it goes.
    pub(crate) out: Option<PathBuf>,
    /// The file of limits that was named, which a repetition names again.
    pub(crate) config: Option<PathBuf>,
}

/// A job that is ready: both programs are there.
#[derive(Debug)]
pub(crate) struct Job {
    /// Program before the change.
    pub(super) base: Executable,
    /// Program after it.
    pub(super) head: Executable,
    /// The base in another layout, where there is one.
    pub(super) relinked: Option<Executable>,
    /// The suite's cells, as the base has them.
    pub(super) base_cells: Vec<Listed>,
    /// The same of the head.
    pub(super) head_cells: Vec<Listed>,
    /// The suite's text, which both run.
    pub(super) suite: String,
    pub(super) turns: Turns,
    /// Where `base/`, `head/` and `relinked/` are written, each as a run's directory.
    pub(super) dir: PathBuf,
    config: Option<PathBuf>,
    /// Keeps other jobs out of it.
    _lock: File,
}

impl Job {
    /// Builds what must be built, and empties the job's directory: once all that was asked is known to be possible.
    /// `tell` hears how long builds took.
    ///
    /// # Errors
    /// If a program does not build or is not there or cannot run the suite, the job's directory holds what is not the
    /// gate's, or the file system refuses.
    pub(crate) fn prepare(request: &JobRequest, tell: &mut dyn FnMut(&str)) -> Result<Self> {
        let (dir, suite) = (directory::chosen(request.out.as_deref()), suite(request.suite.as_deref())?);
        directory::check(&dir)?;
        let Builds { base, head, relinked } = programs(&request.programs, tell)?;
        let relinked = relinked.map(|relinked| here(relinked, RELINKED)).transpose()?;
        let (base, head) = (here(base, BASE)?, here(head, HEAD)?);
        // What one of them cannot read ends the job before anything is deleted.
        let cpus = request.turns.cpus;
        let (base_cells, head_cells) = (list(&base, BASE, &suite, cpus)?, list(&head, HEAD, &suite, cpus)?);
        let (dir, lock) = directory::prepare(&dir)?;
        let (turns, config) = (request.turns, request.config.clone());
        Ok(Self { base, head, relinked, base_cells, head_cells, suite, turns, dir, config, _lock: lock })
    }

    /// What every row of what takes turns says alike.
    pub(super) fn provenance(&self, host: &Host) -> Result<Provenance> {
        let suite = Suite::parse("suite.toml", &self.suite)?;
        let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
        let command = shlex::try_join(words.iter().map(String::as_str)).context("a word holds a zero byte")?;
        let (suite, suite_sha256, host) = (suite.keys.name, suite.sha256, host.id.clone());
        Ok(Provenance { suite, suite_sha256, host, command, pilot_sets: None, plan: String::new() })
    }

    /// Where it writes.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The base's rows, as a run's directory.
    pub(crate) fn base_dir(&self) -> PathBuf {
        self.dir.join("base")
    }

    /// The head's rows, as a run's directory.
    pub(crate) fn head_dir(&self) -> PathBuf {
        self.dir.join("head")
    }

    /// The rows of the base in another layout, where there is one.
    pub(crate) fn relinked_dir(&self) -> Option<PathBuf> {
        Some(self.dir.join("relinked")).filter(|dir| rundir::is_begun(dir))
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
        let mut words = vec!["skipbench", "gate", "--binaries", &base, &head, "--suite", &suite, "--out", &out];
        let relinked = self.relinked.as_ref().map(|program| program.name().to_string_lossy());
        words.extend(relinked.iter().flat_map(|path| ["--relinked", path]));
        let config = self.config.as_ref().map(|path| path.to_string_lossy());
        words.extend(config.iter().flat_map(|path| ["--config", path]));
        let turns = self.turns.words();
        words.extend(turns.iter().map(String::as_str));
        let again = shlex::try_join(words).context("a path holds a zero byte")?;
        Ok(origin(&self.head_dir(), again))
    }
}

/// Where the numbers of a head came from; `turns` measures its times again.
pub(crate) fn origin(head: &Path, turns: String) -> HeadRun {
    HeadRun { head: head.display().to_string(), planned: rundir::is_begun(head), turns }
}

fn programs(programs: &Programs, tell: &mut dyn FnMut(&str)) -> Result<Builds> {
    match programs {
        Programs::Built(builds) => Ok(builds.clone()),
        Programs::Against(revision, options) => builds::all(Path::new("."), revision, options, tell),
    }
}

/// What errors call the programs.
const BASE: &str = "the base";
const HEAD: &str = "the head";
const RELINKED: &str = "the relinked base";

fn here(path: PathBuf, role: &str) -> Result<Executable> {
    let program = path.canonicalize().and_then(|path| Executable::at(&path));
    program.with_context(|| format!("{role}, {}: a built skipbench program is needed there", path.display()))
}

fn suite(path: Option<&Path>) -> Result<String> {
    match path {
        Some(path) => input::text(path, input::DOCUMENT).with_context(|| path.display().to_string()),
        None => Ok(BUILT_IN.iter().find(|suite| suite.name == "gate").context("it is built in")?.text.to_owned()),
    }
}
