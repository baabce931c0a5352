//! Writes messages for people and scripts. This never ends the work: it survives a terminal that is gone, a full disk
//! behind standard error and a reader that went away. Nothing else in this crate writes to either stream.

use std::io::{self, Write};

use anyhow::{Context, Result};
use skipbench_reports::table::escape_control;

/// Exit status if standard output was closed before everything was written. It is that of a program which the signal
/// SIGPIPE ended, as shells report it.
pub(crate) const CLOSED: u8 = 141;

/// Says that the reader of standard output, such as `head`, closed it. It ends the program with [`CLOSED`] and without
/// a message.
#[derive(Debug, thiserror::Error)]
#[error("standard output was closed")]
pub(crate) struct OutputClosed;

/// Writes a line to standard error. Nothing fails if nobody can read it. Control codes in what others wrote, such as a
/// name or an error, do not reach a terminal.
pub(crate) fn say(line: &str) {
    // One write for the whole line, so that lines of two threads or processes do not mix.
    drop(io::stderr().lock().write_all(format!("{}\n", escape_control(line)).as_bytes()));
}

/// Prints to standard output.
///
/// # Errors
/// Returns [`OutputClosed`], or another failure of the system, such as a full disk.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(OutputClosed.into()),
        other => other.context("standard output"),
    }
}
