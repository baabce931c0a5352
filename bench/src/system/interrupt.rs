//! Decides what ends a run early because the user asked, and what does not.
//!
//! Ctrl-C and SIGTERM ask to end. A terminal that is closed (SIGHUP) does not: it ends the messages, not the run. A
//! signal that was ignored when the program started, as `nohup` and shells in the background arrange it, stays ignored.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;

use crate::run::runner::Stop;

/// Stop that a Ctrl-C raises.
pub(crate) static STOP: Stop = Stop::new();

/// Exit status of a program that a Ctrl-C ended.
pub(crate) const INTERRUPTED: u8 = 130;

/// Exit status of a share that was stopped, or that met an error that another attempt may not meet. It asks to try
/// again, and is `EX_TEMPFAIL` of `sysexits.h`.
pub(crate) const TRY_AGAIN: u8 = 75;

/// Says that the user ended a command before there was anything to keep. It ends the program with [`INTERRUPTED`].
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(crate) struct Interrupted;

/// Raises [`STOP`] whenever the user asks to end. `heard` is called with how often that was asked before. It must be
/// called once per process, before its first child process.
///
/// # Errors
/// Returns an error if the system refuses.
#[cfg(unix)]
pub(crate) fn listen(heard: fn(u8)) -> Result<()> {
    let mut signals = signals()?;
    std::thread::spawn(move || {
        for signal in signals.forever().filter(|signal| *signal != signal_hook::consts::SIGHUP) {
            let terminates = signal == signal_hook::consts::SIGTERM;
            heard(if terminates { STOP.terminate() } else { STOP.raise() });
        }
    });
    Ok(())
}

/// Listens to the signals by which the user asks. From now on none of them ends this process, and children have them as
/// they were. Those that were ignored stay ignored.
///
/// # Errors
/// Returns an error if the system refuses.
#[cfg(unix)]
pub(crate) fn signals() -> Result<signal_hook::iterator::Signals> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let ignored = ignored();
    let wanted = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| ignored & 1 << (signal - 1) == 0);
    Ok(signal_hook::iterator::Signals::new(wanted.collect::<Vec<i32>>())?)
}

/// Listens where there are no signals.
///
/// # Errors
/// Returns an error if the system refuses.
#[cfg(not(unix))]
pub(crate) fn listen(heard: fn(u8)) -> Result<()> {
    Ok(ctrlc::set_handler(move || heard(STOP.raise()))?)
}

/// Returns the signals that are ignored, one bit each from signal 1 on; none if the system does not report them.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::to_owned).or_else(told_by_ps);
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Returns them on BSD systems, which have no `/proc/self/status`.
#[cfg(unix)]
fn told_by_ps() -> Option<String> {
    let id = std::process::id().to_string();
    let output = std::process::Command::new("ps").args(["-o", "sigignore=", "-p", &id]).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Makes a SIGTERM raise `flag` instead of ending this process. Where there are no signals, or the system refuses, all
/// stays as it was.
pub(crate) fn raise_if_terminated(flag: &Arc<AtomicBool>) {
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGTERM, Arc::clone(flag));
    #[cfg(not(unix))]
    let _ = flag;
}

/// Makes a limit on the size of files an error of the write that meets it, not the program's end.
pub(crate) fn survive_size_limit() {
    #[cfg(unix)]
    {
        // A handler that does nothing takes the place of dying. Where it cannot be set, all is as it was.
        let never_read = std::sync::Arc::default();
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, never_read);
    }
}
