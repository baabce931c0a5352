//! Leaving a training run before its end: what it has is saved, and whoever asked tries again later.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process was asked to leave.
static ASKED: AtomicBool = AtomicBool::new(false);

/// A cell was left because somebody asked, and not because it failed.
#[derive(Debug, thiserror::Error)]
#[error("left before its end, as asked")]
pub(crate) struct Left;

/// Asks this process to leave.
pub(crate) fn ask() {
    ASKED.store(true, Ordering::SeqCst);
}

/// Whether this process was asked to leave.
pub(super) fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst) || SIGNALED.get().is_some_and(|signaled| signaled.load(Ordering::SeqCst))
}

/// Raised by a SIGTERM.
static SIGNALED: std::sync::OnceLock<Arc<AtomicBool>> = std::sync::OnceLock::new();

/// Lets a SIGTERM ask too. Where the system refuses, it ends this process as ever.
pub(crate) fn listen() {
    let flag = Arc::clone(SIGNALED.get_or_init(Arc::default));
    #[cfg(unix)]
    drop(signal_hook::flag::register(signal_hook::consts::SIGTERM, flag));
    #[cfg(not(unix))]
    drop(flag);
}
