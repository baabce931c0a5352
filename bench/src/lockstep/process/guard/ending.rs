//! Ends a program and everything that it started.

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpgrp, getpid};

use crate::system::tree;

/// Number of rounds. What a process starts while it is being ended is found in the next one.
const ROUNDS: usize = 3;

/// Ends the program, if it still runs, and all processes below this one.
pub(super) fn end_processes(program: Option<Pid>) {
    for _ in 0..ROUNDS {
        let below = tree::below(std::process::id());
        let below = below.into_iter().filter_map(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        // Where the system does not tell of them, the program at least is known.
        for process in below.chain(program) {
            // It may have ended meanwhile.
            let _ = kill(process, Signal::SIGKILL);
        }
    }
}

/// Does the same, and ends the whole group if this process leads one, itself included.
pub(super) fn end_all(program: Option<Pid>) {
    end_processes(program);
    if leads_group() {
        let _ = killpg(getpgrp(), Signal::SIGKILL);
    }
}

/// Returns whether the group is this process's own. Another's group, such as a script's, is left alone.
pub(super) fn leads_group() -> bool {
    getpgrp() == getpid()
}
