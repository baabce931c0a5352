//! Does a guard's work: starts the program, waits for it and for the driver's end, and ends as the program did.

use std::fs::OpenOptions;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use nix::sys::wait::{WaitStatus, wait};
use nix::unistd::Pid;
use signal_hook::consts::SIGTERM;
use signal_hook::iterator::Signals;

use super::driver::Driver;
use super::{CPUS, DRIVER, ending};
use crate::lockstep::process::processors;
use crate::system::interrupt;

/// Starts the program that `words` name, in this process's group and on its processors, and ends as it does.
///
/// # Errors
/// Returns an error if it cannot be started.
pub(crate) fn keep(words: &[String]) -> Result<ExitCode> {
    let driver = Driver::find();
    if let Some(cpus) = std::env::var(CPUS).ok().and_then(|cpus| cpus.parse().ok()) {
        processors::keep_to(cpus)?;
    }
    adopt_orphans();
    // Before the program is there: what a terminal sends to the group is for the program to answer.
    let signals = interrupt::signals()?;
    let program = start(words)?;
    std::thread::spawn(move || driver.outlive(program));
    std::thread::spawn(move || end_when_asked(signals, program));
    let status = wait_for(program)?;
    // What the program left behind would take the processor from others.
    if !driver.is_here() {
        ending::end_all(None);
    } else if ending::leads_group() {
        ending::end_processes(None);
    }
    Ok(end_as(status))
}

fn start(words: &[String]) -> Result<Pid> {
    let (program, arguments) = super::split(words)?;
    let mut command = Command::new(program);
    command.args(arguments).env_remove(CPUS).env_remove(DRIVER);
    let child = command.spawn().map_err(|error| super::not_started(program, &error))?;
    release_output()?;
    Ok(Pid::from_raw(i32::try_from(child.id()).context("a process's number")?))
}

/// Closes output. The driver sees the end of the program's output by its pipes, which this process would hold open.
fn release_output() -> Result<()> {
    let nowhere = OpenOptions::new().write(true).open("/dev/null").context("/dev/null")?;
    nix::unistd::dup2_stdout(&nowhere)?;
    Ok(nix::unistd::dup2_stderr(&nowhere)?)
}

/// Adopts processes whose parents ended as this one's children. They are then seen and ended with the program.
fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    // A system that refuses hands them to its first process, as it does without a guard.
    let _ = nix::sys::prctl::set_child_subreaper(true);
}

/// Returns how the program ended. Other children are only released.
fn wait_for(program: Pid) -> Result<WaitStatus> {
    loop {
        match wait() {
            Ok(status @ (WaitStatus::Exited(id, _) | WaitStatus::Signaled(id, ..))) if id == program => {
                return Ok(status);
            }
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Ends the program when the driver asks by SIGTERM, which leaves it no time. Outside a group of its own that signal,
/// like all others, comes from somebody who sent it to the whole group.
fn end_when_asked(mut signals: Signals, program: Pid) {
    for signal in signals.forever() {
        if signal == SIGTERM && ending::leads_group() {
            ending::end_processes(Some(program));
        }
    }
}

/// Ends this process as the program ended.
fn end_as(status: WaitStatus) -> ExitCode {
    match status {
        WaitStatus::Signaled(_, signal, _) => {
            leave_no_core();
            // It does not come back, unless the signal is one that ends nothing, and then the program lives.
            let _ = signal_hook::low_level::emulate_default_handler(signal as i32);
            ExitCode::FAILURE
        }
        WaitStatus::Exited(_, code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        _ => ExitCode::FAILURE,
    }
}

/// Prevents a core file. The program has left its own, if it was asked to.
fn leave_no_core() {
    use nix::sys::resource::{Resource, setrlimit};
    let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
}
