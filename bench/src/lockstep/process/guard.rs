//! Programs that end with the driver, also where it is killed and they do not notice that their input ended.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::processors;

/// The hidden command of `skipbench` that becomes another program: `skipbench exec-guarded -- PROGRAM ARGUMENTS…`.
pub(super) const COMMAND: &str = "exec-guarded";

/// Becomes the program that `words` name, which the system kills when the driver ends.
///
/// # Errors
/// If it cannot be started.
pub(crate) fn exec_guarded(words: &[String]) -> Result<std::convert::Infallible> {
    let Some((program, arguments)) = words.split_first() else { bail!("a program to start is needed") };
    end_with_parent()?;
    if let Some(cpus) = std::env::var(CPUS).ok().and_then(|cpus| cpus.parse().ok()) {
        processors::keep_to(cpus)?;
    }
    let mut command = Command::new(program);
    command.args(arguments).env_remove(CPUS);
    #[cfg(unix)]
    let error = std::os::unix::process::CommandExt::exec(&mut command);
    #[cfg(not(unix))]
    let error = match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    };
    bail!("{program} {}: {error}", super::NOT_STARTED)
}

#[cfg(target_os = "linux")]
fn end_with_parent() -> Result<()> {
    use nix::sys::{prctl, signal::Signal};

    prctl::set_pdeathsig(Signal::SIGKILL)?;
    // The driver may have ended before the system was asked; then its place was taken by another process.
    match std::env::var(DRIVER).ok().and_then(|id| id.parse::<i32>().ok()) {
        Some(driver) if driver != nix::unistd::getppid().as_raw() => bail!("the driver is gone"),
        _ => Ok(()),
    }
}

#[cfg(not(target_os = "linux"))]
fn end_with_parent() -> Result<()> {
    Ok(())
}

/// A command that makes `program` end with this process: `own` starts this one.
pub(crate) fn guard(mut own: Command, program: &Path) -> Command {
    own.args([COMMAND, "--"]).arg(program).env(DRIVER, std::process::id().to_string());
    own
}

/// Environment variable that tells the guard how many processors the program may use.
pub(super) const CPUS: &str = "SKIPBENCH_CPUS";

/// Environment variable that tells the driver's process to the guard.
pub(super) const DRIVER: &str = "SKIPBENCH_DRIVER";

/// Kills every process of the group that a child leads. It may be empty.
pub(super) fn kill_group(leader: u32) {
    #[cfg(unix)]
    if let Ok(leader) = i32::try_from(leader) {
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(leader), nix::sys::signal::Signal::SIGKILL);
    }
    #[cfg(not(unix))]
    let _ = leader;
}
