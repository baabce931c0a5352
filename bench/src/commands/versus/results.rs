//! The directory in which a comparison is kept: never over what is there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use skipbench_reports::rows::{render, store};

use super::turns;
use crate::lockstep::session::Session;
use crate::run::rundir::{self, LOCK};

/// What marks a directory as a comparison's.
const MARKER: &str = ".skipbench-turns";

/// What the marker says.
const MARK: &str = "skipbench keeps the turns of programs here, and writes over nothing.\n";

/// A directory that is this comparison's alone.
#[derive(Debug)]
pub(in crate::commands) struct Results {
    dir: PathBuf,
    /// Whether it was not there before.
    made: bool,
    kept: bool,
    _lock: File,
}

impl Results {
    /// Takes a directory that is not there, or empty.
    ///
    /// # Errors
    /// If it holds anything, another skipbench is at work there, or the file system refuses.
    pub(in crate::commands) fn claim(dir: &Path) -> Result<Self> {
        let made = !dir.exists();
        ensure_free(dir)?;
        fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
        store::replace(&dir.join(MARKER), MARK)?;
        let lock = rundir::lock(dir)?;
        // Another one may have come and gone meanwhile.
        ensure_free(dir)?;
        Ok(Self { dir: dir.to_owned(), made, kept: false, _lock: lock })
    }

    /// Keeps every turn of a session in the file of that name.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(in crate::commands) fn keep_turns(&mut self, file: &str, session: &Session, names: &[String]) -> Result<()> {
        self.kept = true;
        Ok(store::replace(&self.dir.join(file), &render::csv(&turns::rows(session, names))?)?)
    }

    /// Keeps what a comparison says in `result.json`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(in crate::commands) fn keep_result(&mut self, result: &impl Serialize) -> Result<()> {
        self.kept = true;
        Ok(store::replace(&self.dir.join("result.json"), &serde_json::to_string_pretty(result)?)?)
    }
}

impl Drop for Results {
    /// A directory in which nothing was kept is free for the next.
    fn drop(&mut self) {
        if !self.kept {
            for name in [MARKER, LOCK] {
                let _ = fs::remove_file(self.dir.join(name));
            }
            if self.made {
                let _ = fs::remove_dir(&self.dir);
            }
        }
    }
}

/// What a comparison that was killed before its first set left is free, too.
fn ensure_free(dir: &Path) -> Result<()> {
    if fs::symlink_metadata(dir).is_err() {
        return Ok(());
    }
    let at = || dir.display().to_string();
    let files = fs::read_dir(dir).with_context(at)?.collect::<std::io::Result<Vec<_>>>().with_context(at)?;
    let marked = dir.join(MARKER).is_file();
    let other = files.iter().any(|file| !marked || file.file_name() != MARKER && file.file_name() != LOCK);
    let what = if marked { "an earlier comparison" } else { "something that is not part of a comparison" };
    ensure!(!other, "{}: it holds {what}, and nothing is overwritten; give another --out, or move it away", at());
    Ok(())
}
