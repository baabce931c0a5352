//! What it is to run a cell: the [`Runner`], and how a cell ends.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

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
}

impl Stop {
    /// Nothing was asked yet.
    pub const fn new() -> Self {
        Self { asked: AtomicU8::new(0), reason: OnceLock::new() }
    }

    /// Asks once more; gives how often it was asked before.
    pub fn raise(&self) -> u8 {
        self.asked.fetch_add(1, Ordering::SeqCst)
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
