//! Leaves a training run before its end: what it has is saved, and the caller tries again later.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::system::interrupt;

/// Whether this process was asked to leave.
static ASKED: AtomicBool = AtomicBool::new(false);

/// Says that a cell was left because that was asked, and not because it failed.
#[derive(Debug, thiserror::Error)]
#[error("left before its end, as asked")]
pub(crate) struct Left;

/// Asks this process to leave.
pub(crate) fn ask() {
    ASKED.store(true, Ordering::SeqCst);
}

/// Returns whether this process was asked to leave.
pub(super) fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst) || SIGNALED.get().is_some_and(|signaled| signaled.load(Ordering::SeqCst))
}

/// Raised by a SIGTERM.
static SIGNALED: std::sync::OnceLock<Arc<AtomicBool>> = std::sync::OnceLock::new();

/// Makes a SIGTERM ask too. If the system refuses, it ends this process as usual.
pub(crate) fn listen() {
    interrupt::raise_if_terminated(SIGNALED.get_or_init(Arc::default));
}
