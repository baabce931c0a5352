//! The driver, as its guards see it: a process, and the other end of their standard input.

use std::io::stdin;
use std::os::fd::AsFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{Pid, getppid};

use super::{DRIVER, ending};

/// How often a guard looks whether the driver is still there, once its input ended. Not before.
const LOOK: Duration = Duration::from_millis(10);

/// The process that started a guard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Driver {
    process: Pid,
}

impl Driver {
    /// The one that says so: this process's parent may already be another, if the driver ended at once.
    pub(super) fn find() -> Self {
        let said = std::env::var(DRIVER).ok().and_then(|id| id.parse().ok()).map(Pid::from_raw);
        Self { process: said.unwrap_or_else(getppid) }
    }

    /// Whether it lives.
    pub(super) fn is_here(self) -> bool {
        getppid() == self.process
    }

    /// Sleeps until it is gone, then ends everything. The pipe ends with it, but it may also close the pipe to let the
    /// program end in its own time.
    pub(super) fn outlive(self, program: Pid) {
        wait_for_end_of_input();
        while self.is_here() {
            std::thread::sleep(LOOK);
        }
        ending::end_all(Some(program));
    }
}

/// Reads nothing: what comes is for the program.
fn wait_for_end_of_input() {
    let input = stdin();
    let mut pipe = [PollFd::new(input.as_fd(), PollFlags::empty())];
    while poll(&mut pipe, PollTimeout::NONE) == Err(Errno::EINTR) {}
}
