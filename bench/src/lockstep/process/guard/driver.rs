//! Represents the driver, as its guards see it: a process, and the other end of their standard input.

use std::io::stdin;
use std::os::fd::AsFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{Pid, getppid};

use super::{DRIVER, ending};

/// Interval at which a guard checks whether the driver still exists, once its input has ended, and not before.
const LOOK: Duration = Duration::from_millis(10);

/// Identifies the process that started a guard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Driver {
    process: Pid,
}

impl Driver {
    /// Finds the process that says so. This process's parent may already be another, if the driver ended at once.
    pub(super) fn find() -> Self {
        let said = std::env::var(DRIVER).ok().and_then(|id| id.parse().ok()).map(Pid::from_raw);
        Self { process: said.unwrap_or_else(getppid) }
    }

    /// Returns whether it exists.
    pub(super) fn is_here(self) -> bool {
        getppid() == self.process
    }

    /// Sleeps until it is gone, then ends everything. The pipe ends with the driver, but the driver may also close it
    /// to let the program end in its own time.
    pub(super) fn outlive(self, program: Pid) {
        wait_for_end_of_input();
        while self.is_here() {
            std::thread::sleep(LOOK);
        }
        ending::end_all(Some(program));
    }
}

/// Waits without reading, because what arrives is for the program.
fn wait_for_end_of_input() {
    let input = stdin();
    let mut pipe = [PollFd::new(input.as_fd(), PollFlags::empty())];
    while poll(&mut pipe, PollTimeout::NONE) == Err(Errno::EINTR) {}
}
