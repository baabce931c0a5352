//! Starts programs that must be the same each time: this program itself, for its child processes, and the two that a
//! gate's job measures. A `cargo build` in between replaces the file at their path.
//!
//! On Linux an [`Executable`] is held open and started from there, so neither a replacement nor a deletion of the file
//! matters. Elsewhere, and for scripts, a file that changed is no longer started.

use std::fs::Metadata;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use skipbench_reports::input;

use super::{files, process};

/// A program as it was when it was first opened.
#[derive(Debug)]
pub(crate) struct Executable {
    /// Path of the program when it was opened.
    name: PathBuf,
    /// Path that it is started from.
    path: PathBuf,
    /// Stamp of the file; `None` for a running image, which nobody can write to.
    stamp: Option<Stamp>,
    /// Keeps `path` valid where it names an open file.
    _held: Option<std::fs::File>,
}

/// Identifies a file's content. A file that is written again does not keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    identity: files::Identity,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok(), identity: files::Identity::of(metadata) }
    }
}

/// This program, opened once per process.
static OWN: OnceLock<Result<Executable, String>> = OnceLock::new();

/// Returns this program, as it was when it started. It must be called first, before a build can replace the file.
///
/// # Errors
/// Returns an error if the system does not report where it is.
pub(crate) fn own() -> io::Result<&'static Executable> {
    let found = OWN.get_or_init(|| Executable::running().map_err(|error| error.to_string()));
    found.as_ref().map_err(|error| io::Error::other(format!("finding this program: {error}")))
}

impl Executable {
    /// Opens the program of this process.
    fn running() -> io::Result<Self> {
        let name = std::env::current_exe()?;
        if cfg!(target_os = "linux") {
            // A link to the image that runs, whatever became of its name; children of this process can follow it.
            let path = PathBuf::from(format!("/proc/{}/exe", std::process::id()));
            return Ok(Self { name, path, stamp: None, _held: None });
        }
        Self::named(name)
    }

    /// Opens the program at `path`.
    ///
    /// # Errors
    /// Returns an error if it does not exist or is no file.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        let (mut file, _) = input::open(path, u64::MAX)?;
        let stamp = Some(Stamp::of(&file.metadata()?));
        // A script's interpreter needs the script's name.
        let mut first = [0; 2];
        let script = file.read(&mut first)? == 2 && first == *b"#!";
        match files::open_file(&file).filter(|_| !script) {
            Some(held) => Ok(Self { name: path.to_owned(), path: held, stamp, _held: Some(file) }),
            None => Self::named(path.to_owned()),
        }
    }

    fn named(name: PathBuf) -> io::Result<Self> {
        let stamp = Some(Stamp::of(&regular(std::fs::metadata(&name)?)?));
        Ok(Self { path: name.clone(), name, stamp, _held: None })
    }

    /// Returns its name in messages.
    pub(crate) fn name(&self) -> &Path {
        &self.name
    }

    /// Returns the path that it can be started from now.
    ///
    /// # Errors
    /// Returns an error if it is no longer what it was.
    pub(crate) fn path(&self) -> io::Result<&Path> {
        let now = std::fs::metadata(&self.path).map(|metadata| Stamp::of(&metadata));
        let name = self.name.display();
        match now {
            Ok(now) if self.stamp.as_ref().is_none_or(|stamp| *stamp == now) => Ok(&self.path),
            Ok(_) => Err(io::Error::other(format!("{name}: the program was replaced meanwhile"))),
            Err(error) => Err(io::Error::new(error.kind(), format!("{name}: the program is gone: {error}"))),
        }
    }

    /// Returns a command that starts it.
    ///
    /// # Errors
    /// Returns the errors of [`Self::path`].
    pub(crate) fn command(&self) -> io::Result<Command> {
        let mut command = Command::new(self.path()?);
        process::call(&mut command, &self.name);
        Ok(command)
    }
}

fn regular(metadata: Metadata) -> io::Result<Metadata> {
    if metadata.is_file() { Ok(metadata) } else { Err(io::Error::other("a program is needed, which is a file")) }
}
