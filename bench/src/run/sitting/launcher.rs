//! Starts this program as each of a set's cells.

use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::cell::Measured;
use crate::lockstep::process::{Commands, NOT_STARTED, Process, TOO_LONG};
use crate::lockstep::{Fault, Introduction, Launcher, Live, Turned, cells};
use crate::run::plan::PlannedCell;
use crate::run::runner::Stop;
use crate::system::executable;

/// Holds the cells of a set, ready to be started.
pub(super) struct Driven {
    /// Directory that holds each cell as JSON.
    _dir: TempDir,
    /// Command lines, one per cell. The last one is that of the process that measures the device's ceilings.
    words: Vec<Vec<String>>,
    own: std::path::PathBuf,
    /// Number of processors, as many as the cells have threads.
    cpus: usize,
    timeout: Duration,
    memory_limit_bytes: Option<u64>,
}

impl Driven {
    /// Writes the cells to files.
    ///
    /// # Errors
    /// Returns an error if this program no longer exists, or if the file system refuses.
    pub(super) fn prepare(cells: &[PlannedCell]) -> std::io::Result<Self> {
        let own = executable::own()?.path()?.to_owned();
        let dir = tempfile::tempdir()?;
        let mut words = Vec::new();
        for (index, planned) in cells.iter().enumerate() {
            let path = dir.path().join(format!("{index}.json"));
            std::fs::write(&path, serde_json::to_vec(&planned.cell)?)?;
            words.push(command(&own, &path));
        }
        let ceilings = words.first().map(|first| [first.as_slice(), &["--ceilings".to_owned()]].concat());
        words.extend(ceilings);
        let timeout = cells.iter().map(|planned| planned.cell.timeout_s).max().unwrap_or(1);
        let cpus = cells.iter().map(|planned| planned.cell.threads).max().unwrap_or(1);
        let memory_limit_bytes = cells.iter().map(|planned| planned.cell.memory_limit_bytes).max();
        Ok(Self { _dir: dir, words, own, cpus, timeout: Duration::from_secs(timeout), memory_limit_bytes })
    }

    /// Starts them until `stop` says otherwise.
    pub(super) fn launcher<'a>(&'a self, stop: &'a Stop) -> OwnCells<'a> {
        let (words, guard, cpus) = (&self.words, Some(self.own.clone()), Some(self.cpus));
        let Self { timeout, memory_limit_bytes, .. } = *self;
        let commands = Commands { words, guard, cpus, timeout, memory_limit_bytes, stop };
        OwnCells { commands }
    }
}

fn command(own: &Path, cell: &Path) -> Vec<String> {
    let [own, cell] = [own, cell].map(|path| path.to_string_lossy().into_owned());
    vec![own, "steps".to_owned(), "--cell".to_owned(), cell]
}

/// Starts this program as a cell.
pub(super) struct OwnCells<'a> {
    commands: Commands<'a>,
}

impl OwnCells<'_> {
    /// Measures what the device reaches at best, in its own process, which ends before any other begins. Its large
    /// buffers would otherwise count with a cell's. It is absent if that process fails.
    pub(super) fn ceilings(&mut self) -> Measured {
        let last = self.commands.words.len() - 1;
        let measured = self.commands.start(last, 0).ok().and_then(|(_, said)| cells::measured(&said));
        measured.map(|outcome| outcome.measured).unwrap_or_default()
    }
}

impl<'a> Launcher for OwnCells<'a> {
    type Live = Limited<'a>;

    fn start(&mut self, member: usize, padding: usize) -> Result<(Limited<'a>, Introduction), Fault> {
        let start = Instant::now();
        let (process, introduction) = self.commands.start(member, padding).map_err(|fault| match fault {
            // This says nothing of the cell, and every other would meet the same.
            Fault::Broken(error) if error.contains(NOT_STARTED) => {
                self.commands.stop.give_up(format!("no more cells can be started: {error}"));
                Fault::Stopped
            }
            fault => fault,
        })?;
        Ok((Limited { process, spent: start.elapsed(), most: self.commands.timeout }, introduction))
    }
}

/// A process that may work for a limited time in all, whichever others work meanwhile.
pub(super) struct Limited<'a> {
    process: Process<'a>,
    spent: Duration,
    most: Duration,
}

impl Live for Limited<'_> {
    fn turn(&mut self, steps: u32) -> Result<Turned, Fault> {
        let start = Instant::now();
        let turned = self.process.turn(steps)?;
        self.spent += start.elapsed();
        if self.spent > self.most {
            let seconds = self.most.as_secs_f64();
            return Err(Fault::Broken(format!("{TOO_LONG} {seconds} s for its preparation and its turns")));
        }
        Ok(turned)
    }
}
