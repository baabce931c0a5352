//! Counts how much work this process asked of the kernels. No load of the machine changes these counts.
//!
//! Every public function of a layer counts itself once, before it begins. That is three additions for thousands of
//! numbers, cheap enough to be always on. An optimizer's step is not counted, because it is not part of a network.
//! Counts only grow: the work of one step is the difference of two readings.

use std::sync::atomic::{AtomicU64, Ordering};

static CALLS: AtomicU64 = AtomicU64::new(0);
static MULTIPLY_ADDS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

/// Counts the work that was asked of the kernels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Number of calls of functions that compute.
    pub calls: u64,
    /// Number of multiply-adds of convolutions, linear layers and attention, as
    /// [`ConvShape::multiply_adds`](crate::ConvShape::multiply_adds) and its like count them.
    pub multiply_adds: u64,
    /// Bytes of activations, weights and their gradients to read and to write, with each operand counted once per call.
    /// Values of which there is one per channel are left out.
    pub bytes: u64,
}

impl Work {
    /// Returns all work that this process has asked for so far, on any thread.
    #[must_use]
    pub fn so_far() -> Self {
        let [calls, multiply_adds, bytes] = [&CALLS, &MULTIPLY_ADDS, &BYTES].map(|count| count.load(Ordering::Relaxed));
        Self { calls, multiply_adds, bytes }
    }

    /// Returns the work that was asked for since `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            calls: self.calls - earlier.calls,
            multiply_adds: self.multiply_adds - earlier.multiply_adds,
            bytes: self.bytes - earlier.bytes,
        }
    }
}

/// Counts one call with the given multiply-adds, which reads and writes the given floats.
pub(crate) fn count(multiply_adds: usize, floats: usize) {
    CALLS.fetch_add(1, Ordering::Relaxed);
    MULTIPLY_ADDS.fetch_add(multiply_adds as u64, Ordering::Relaxed);
    BYTES.fetch_add((floats * size_of::<f32>()) as u64, Ordering::Relaxed);
}
