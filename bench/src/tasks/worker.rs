//! Runs in the child process: reads one [`Cell`] from standard input, does it, and writes [`Message`]s to standard
//! output.
//!
//! Standard input stays open as long as the parent lives. When it ends, the parent is gone, and the child ends too. A
//! line after the cell asks the child to leave: to save what it has and to end.

use std::io::{self, BufRead, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::cell::{Cell, Message, Progress};
use crate::run::limits::Limits;
use crate::system::process;
use crate::tasks::checkpoint::Checkpoints;
use crate::tasks::dispatch;
use crate::tasks::leave::{self, Left};
use crate::tasks::meter::heap;

/// Least time between two progress reports.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Least time between two checkpoints.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(20);

/// Name of the environment variable that makes a child end with its parent. It holds the parent's process number, so no
/// child of the child uses it.
pub(crate) const FOLLOWS: &str = "SKIPBENCH_FOLLOWS";

/// Ends this process with its parent if [`FOLLOWS`] asks for it.
pub(crate) fn follow_if_asked() {
    if std::env::var(FOLLOWS).is_ok_and(|parent| process::is_parent(&parent)) {
        follow_parent();
    }
}

/// Exit status of a child whose parent went away.
const ORPHANED: i32 = 3;

/// Runs the cell on standard input. What keeps it from being measured is a message too. It fails only if nobody listens
/// any more.
///
/// # Errors
/// Returns an error if standard output is closed.
pub(crate) fn run(checkpoints: Option<PathBuf>, every: Option<u64>, leaves: bool) -> Result<()> {
    let every = every.map_or(CHECKPOINT_EVERY, Duration::from_secs);
    let message = match measure(checkpoints, every, leaves) {
        Ok(outcome) => Message::Done(Box::new(outcome)),
        Err(error) if error.is::<Left>() => Message::Left,
        Err(error) => Message::Failed { error: crate::system::text::describe_error(&error) },
    };
    send(&message)
}

fn measure(checkpoints: Option<PathBuf>, every: Duration, leaves: bool) -> Result<crate::cell::Outcome> {
    let mut cell = read_cell()?;
    cell.memory_limit_bytes = Limits::read().heap_bytes(cell.memory_limit_bytes);
    // Bytes of the path, wherever the run's directory is, are no bytes of a network.
    let checkpoints = checkpoints.filter(|_| !cell.task.is_memory());
    if cell.task.is_memory() {
        cell.source.reserve_path();
    } else if leaves {
        // It takes some bytes, which are none of a network either.
        leave::listen();
    }
    follow_parent();
    ensure!(
        heap::limit(cell.memory_limit_bytes),
        "the memory limit of {} bytes is below what the program itself needs",
        cell.memory_limit_bytes
    );
    let mut last: Option<Instant> = None;
    let checkpoints = checkpoints.map(|dir| Checkpoints::new(&dir, every).on_failure(note));
    dispatch::run(&cell, checkpoints, &mut |progress: Progress| {
        if last.is_none_or(|last| last.elapsed() >= PROGRESS_EVERY) {
            last = Some(Instant::now());
            // If nobody listens, the parent is gone and `follow_parent` ends this process.
            let _ = send(&Message::Progress(progress));
        }
    })
}

fn read_cell() -> Result<Cell> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).context("reading the cell from standard input")?;
    serde_json::from_str(&line).context("standard input holds no cell as JSON on its first line")
}

fn follow_parent() {
    std::thread::spawn(|| {
        let mut rest = [0; 64];
        while matches!(io::stdin().lock().read(&mut rest), Ok(count) if count > 0) {
            // Nothing comes behind the cell but this.
            leave::ask();
        }
        std::process::exit(ORPHANED);
    });
}

fn note(text: &str) {
    // As for progress.
    let _ = send(&Message::Note { text: text.to_owned() });
}

fn send(message: &Message) -> Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&line).and_then(|()| stdout.flush()).context("writing to standard output")
}
