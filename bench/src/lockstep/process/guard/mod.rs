//! Guards: processes between the driver and its programs. A guard starts a program, waits for it, and ends it with all
//! that it started once the driver is gone, however that ended: the program itself may hang, and notice nothing.

#[cfg(unix)]
mod driver;
#[cfg(unix)]
mod ending;
#[cfg(unix)]
mod keep;

use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

#[cfg(unix)]
pub(crate) use keep::keep;

/// The hidden command of `skipbench` that is a guard: `skipbench guard -- PROGRAM ARGUMENTS…`.
const COMMAND: &str = "guard";

/// Environment variable that tells the guard how many processors the program may use.
pub(super) const CPUS: &str = "SKIPBENCH_CPUS";

/// Environment variable that tells the driver's process to the guard.
const DRIVER: &str = "SKIPBENCH_DRIVER";

/// A command that starts `program` under a guard: `own` starts this program. Its standard input must be a pipe whose
/// other end this process holds as long as the program may run.
pub(crate) fn guard(mut own: Command, program: &Path) -> Command {
    own.args([COMMAND, "--"]).arg(program).env(DRIVER, std::process::id().to_string());
    own
}

/// What a guarded command writes to standard output, and to standard error where that was not directed elsewhere.
///
/// # Errors
/// If it cannot be started.
pub(crate) fn output(command: &mut Command) -> io::Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    // Its end would tell the guard that this process is gone.
    let held = child.stdin.take();
    let output = child.wait_with_output();
    drop(held);
    output
}

/// Starts the program that `words` name and ends as it does. Where there are no signals, nothing ends it with the
/// driver.
///
/// # Errors
/// If it cannot be started.
#[cfg(not(unix))]
pub(crate) fn keep(words: &[String]) -> anyhow::Result<std::process::ExitCode> {
    let (program, arguments) = split(words)?;
    let status = Command::new(program).args(arguments).env_remove(CPUS).env_remove(DRIVER).status();
    let status = status.map_err(|error| not_started(program, &error))?;
    Ok(std::process::ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}

fn split(words: &[String]) -> anyhow::Result<(&String, &[String])> {
    words.split_first().ok_or_else(|| anyhow::anyhow!("a program to start is needed"))
}

fn not_started(program: &str, error: &io::Error) -> anyhow::Error {
    anyhow::anyhow!("{program} {}: {error}", super::NOT_STARTED)
}
