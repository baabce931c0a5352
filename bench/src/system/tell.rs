//! What is told to people and scripts. Telling never ends the work: a terminal that is gone, a full disk behind
//! standard error and a reader that went away are all survived here, and nothing else in this crate writes to either
//! stream.

use std::io::{self, Write};

use anyhow::{Context, Result};
use skipbench_reports::table::escape_control;

/// Exit status where standard output was closed before all was told: that of a program which the signal SIGPIPE ended,
/// as shells report it.
pub(crate) const CLOSED: u8 = 141;

/// Standard output was closed by its reader, such as `head`. Ends the program with [`CLOSED`] and without a word.
#[derive(Debug, thiserror::Error)]
#[error("standard output was closed")]
pub(crate) struct OutputClosed;

/// Says a line on standard error. Nothing fails where nobody can hear it. Codes in what others wrote, such as a name or
/// an error, do not reach a terminal.
pub(crate) fn say(line: &str) {
    // One write for the whole line, so that lines of two threads or processes do not mix.
    drop(io::stderr().lock().write_all(format!("{}\n", escape_control(line)).as_bytes()));
}

/// Prints to standard output.
///
/// # Errors
/// [`OutputClosed`], or what else the system refuses, such as a full disk.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(OutputClosed.into()),
        other => other.context("standard output"),
    }
}
