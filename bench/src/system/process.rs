//! Processes where systems differ: groups, signals, time of children, and a program that takes this one's place. All
//! that asks for POSIX in them is here, and each function says what it does elsewhere.

use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

/// Gives what `command` starts a group of its own: a Ctrl-C in the terminal goes to this process alone. On POSIX the
/// whole group can be killed, too.
pub(crate) fn in_own_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(command, CREATE_NEW_PROCESS_GROUP);
}

/// What Windows calls it: a process that does not hear Ctrl-C.
#[cfg(windows)]
const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;

/// Tells what `command` starts that it is called so, wherever it is started from. Elsewhere it keeps its path.
pub(crate) fn call(command: &mut Command, name: &Path) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(command, name);
    #[cfg(not(unix))]
    let _ = (command, name);
}

/// Goes on as another program. Elsewhere that program runs, and this one ends as it does. It comes back only where the
/// other could not be started.
pub(crate) fn go_on_as(command: &mut Command) -> io::Error {
    #[cfg(unix)]
    return std::os::unix::process::CommandExt::exec(command);
    #[cfg(not(unix))]
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

/// Whether the process with this number started this one. Elsewhere nobody tells.
pub(crate) fn is_parent(id: &str) -> bool {
    #[cfg(unix)]
    return id == std::os::unix::process::parent_id().to_string();
    #[cfg(not(unix))]
    {
        let _ = id;
        false
    }
}

/// The signal that ended a process. Elsewhere there are none.
pub(crate) fn signal(status: ExitStatus) -> Option<i32> {
    #[cfg(unix)]
    return std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    {
        let _ = status;
        None
    }
}

/// Asks the process to end. Elsewhere nothing is asked, and it is killed when its time is over.
pub(crate) fn ask_to_end(id: u32) {
    #[cfg(unix)]
    if let Ok(id) = i32::try_from(id) {
        // It may have ended by itself.
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), nix::sys::signal::Signal::SIGTERM);
    }
    #[cfg(not(unix))]
    let _ = id;
}

/// Kills every process of the group that a child leads; it may be empty. Elsewhere only the child itself can be killed.
pub(crate) fn kill_group(leader: u32) {
    #[cfg(unix)]
    if let Ok(leader) = i32::try_from(leader) {
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(leader), nix::sys::signal::Signal::SIGKILL);
    }
    #[cfg(not(unix))]
    let _ = leader;
}

/// Returns the processor time of all children that ended, or nothing if the system does not tell.
pub(crate) fn time_of_ended_children() -> Option<Duration> {
    #[cfg(unix)]
    {
        use nix::sys::resource::{UsageWho, getrusage};
        use nix::sys::time::TimeValLike;

        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
        let ms = usage.user_time().num_milliseconds() + usage.system_time().num_milliseconds();
        u64::try_from(ms).ok().map(Duration::from_millis)
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::{is_parent, signal};

    #[test]
    fn a_process_that_ended_by_itself_had_no_signal() {
        let program = std::env::current_exe().expect("this test");
        let ended = std::process::Command::new(program).arg("--list").output().expect("started");
        assert_eq!((signal(ended.status), ended.status.success()), (None, true));
    }

    #[test]
    fn no_process_started_itself() {
        assert!(!is_parent(&std::process::id().to_string()));
    }
}
