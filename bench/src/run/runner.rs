//! Defines how a cell is run, by a [`Runner`], and how it ends.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

use skipbench_reports::rows::record::Status;

use crate::cell::{Cell, Outcome, Progress};

/// Runs cells. Tests use a fake one instead of processes.
pub trait Runner: Sync {
    /// Runs `cell`, keeping checkpoints in `checkpoints`, until it ends or `stop` says now. Returns `None` if it was
    /// stopped.
    fn run(&self, cell: &Cell, checkpoints: &Path, stop: &Stop, tell: &dyn Fn(Progress)) -> Option<CellResult>;
}

/// Says how a cell ended.
pub type CellResult = Result<Outcome, CellFailure>;

/// Says why a cell was not measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFailure {
    /// Status of the row.
    pub status: Status,
    /// Reason, on one line.
    pub error: String,
}

impl CellFailure {
    pub(crate) fn new(status: Status, error: impl Into<String>) -> Self {
        let error: String = error.into();
        Self { status, error: error.split_whitespace().collect::<Vec<_>>().join(" ") }
    }
}

/// Says whether to go on. The first Ctrl-C raises it once, the second again; anything that makes going on pointless
/// raises it too.
#[derive(Debug, Default)]
pub struct Stop {
    asked: AtomicU8,
    reason: OnceLock<String>,
    /// Whether a SIGTERM came.
    terminated: AtomicBool,
    /// Whether cells in hand are then let go of.
    lets_go: AtomicBool,
}

/// How long a failure waits for the signal that may be its cause.
const LATE: Duration = Duration::from_millis(500);

impl Stop {
    /// Creates it with nothing asked yet.
    pub const fn new() -> Self {
        Self {
            asked: AtomicU8::new(0),
            reason: OnceLock::new(),
            terminated: AtomicBool::new(false),
            lets_go: AtomicBool::new(false),
        }
    }

    /// Asks once more. Returns how often it was asked before.
    pub fn raise(&self) -> u8 {
        self.asked.fetch_add(1, Ordering::SeqCst)
    }

    /// Asks as a SIGTERM does. Returns how often it was asked before. If cells in progress are stopped by it, one is
    /// enough, and further ones change nothing: engines send it to every process of a task, in more than one way.
    pub fn terminate(&self) -> u8 {
        let again = self.terminated.swap(true, Ordering::SeqCst) && self.lets_go.load(Ordering::SeqCst);
        if again { self.asked.load(Ordering::SeqCst) } else { self.raise() }
    }

    /// Makes a SIGTERM stop the cells in progress from now on: training saves a checkpoint after its step and ends.
    pub fn let_go_if_terminated(&self) {
        self.lets_go.store(true, Ordering::SeqCst);
    }

    /// Returns whether cells in progress must stop.
    pub fn lets_go(&self) -> bool {
        self.lets_go.load(Ordering::SeqCst) && self.terminated.load(Ordering::SeqCst)
    }

    /// Returns whether a SIGTERM came.
    pub fn was_terminated(&self) -> bool {
        self.terminated.load(Ordering::SeqCst)
    }

    /// Returns whether a failure may be only the end that an engine asked for. It signals all processes of a task, and
    /// this one may receive the signal last.
    pub(crate) fn explains_failure(&self) -> bool {
        let deadline = Instant::now() + LATE;
        while self.lets_go.load(Ordering::SeqCst) && !self.was_terminated() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.lets_go()
    }

    /// Returns whether cells in progress stop if a SIGTERM comes.
    pub(super) fn may_let_go(&self) -> bool {
        self.lets_go.load(Ordering::SeqCst)
    }

    /// Stops everything now, for a reason other than the user's wish. The first reason counts.
    pub fn give_up(&self, reason: String) {
        let _ = self.reason.set(reason);
        self.asked.store(2, Ordering::SeqCst);
    }

    /// Returns why it stopped, if nobody asked for it.
    pub fn reason(&self) -> Option<&str> {
        self.reason.get().map(String::as_str)
    }

    /// Returns whether no further cell should start.
    pub fn soon(&self) -> bool {
        self.asked.load(Ordering::SeqCst) >= 1
    }

    /// Returns whether running cells should stop.
    pub fn now(&self) -> bool {
        self.asked.load(Ordering::SeqCst) >= 2
    }
}
