//! What it is to run a cell: the [`Runner`], and how a cell ends.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

use skipbench_reports::rows::record::Status;

use crate::cell::{Cell, Outcome, Progress};

/// Runs cells. Tests put a fake one in place of processes.
pub trait Runner: Sync {
    /// Runs `cell`, keeping checkpoints in `checkpoints`, until it ends or `stop` says now. `None`: it was stopped.
    fn run(&self, cell: &Cell, checkpoints: &Path, stop: &Stop, tell: &dyn Fn(Progress)) -> Option<CellResult>;
}

/// How a cell ended.
pub type CellResult = Result<Outcome, CellFailure>;

/// Why a cell was not measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFailure {
    /// How it ended.
    pub status: Status,
    /// Why, on one line.
    pub error: String,
}

impl CellFailure {
    pub(crate) fn new(status: Status, error: impl Into<String>) -> Self {
        let error: String = error.into();
        Self { status, error: error.split_whitespace().collect::<Vec<_>>().join(" ") }
    }
}

/// Whether to go on: raised once by the first Ctrl-C, again by the second; or by what makes going on pointless.
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
    /// Nothing was asked yet.
    pub const fn new() -> Self {
        Self {
            asked: AtomicU8::new(0),
            reason: OnceLock::new(),
            terminated: AtomicBool::new(false),
            lets_go: AtomicBool::new(false),
        }
    }

    /// Asks once more; gives how often it was asked before.
    pub fn raise(&self) -> u8 {
        self.asked.fetch_add(1, Ordering::SeqCst)
    }

    /// Asks as a SIGTERM does; gives how often it was asked before. Where cells in hand are let go of, one is enough, and
    /// further ones change nothing: engines send it to a task's every process, by more than one way.
    pub fn terminate(&self) -> u8 {
        let again = self.terminated.swap(true, Ordering::SeqCst) && self.lets_go.load(Ordering::SeqCst);
        if again { self.asked.load(Ordering::SeqCst) } else { self.raise() }
    }

    /// From now on a SIGTERM lets go of the cells in hand: what trains saves a checkpoint after its step and ends.
    pub fn let_go_if_terminated(&self) {
        self.lets_go.store(true, Ordering::SeqCst);
    }

    /// Whether cells in hand are to be let go of.
    pub fn lets_go(&self) -> bool {
        self.lets_go.load(Ordering::SeqCst) && self.terminated.load(Ordering::SeqCst)
    }

    /// Whether a SIGTERM came.
    pub fn was_terminated(&self) -> bool {
        self.terminated.load(Ordering::SeqCst)
    }

    /// Whether a failure may be nothing but the end that an engine asked for: it signals all processes of a task, and
    /// this one may hear of it last.
    pub(crate) fn explains_failure(&self) -> bool {
        let deadline = Instant::now() + LATE;
        while self.lets_go.load(Ordering::SeqCst) && !self.was_terminated() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.lets_go()
    }

    /// Whether cells in hand are let go of where a SIGTERM comes.
    pub(super) fn may_let_go(&self) -> bool {
        self.lets_go.load(Ordering::SeqCst)
    }

    /// Stops everything now, for a reason that is nobody's wish. The first one counts.
    pub fn give_up(&self, reason: String) {
        let _ = self.reason.set(reason);
        self.asked.store(2, Ordering::SeqCst);
    }

    /// Why it stopped, where nobody asked for it.
    pub fn reason(&self) -> Option<&str> {
        self.reason.get().map(String::as_str)
    }

    /// Start no further cell.
    pub fn soon(&self) -> bool {
        self.asked.load(Ordering::SeqCst) >= 1
    }

    /// Stop the cells in hand.
    pub fn now(&self) -> bool {
        self.asked.load(Ordering::SeqCst) >= 2
    }
}
