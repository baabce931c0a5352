//! How much work this process asked of the kernels: counts that no load of the machine changes.
//!
//! Every public function of a layer counts itself once, before it begins; an optimizer's step is no part of a network. That is three additions for thousands of
//! numbers, so that it is always on. Counts only grow: whoever wants those of a step takes the difference.

use std::sync::atomic::{AtomicU64, Ordering};

static CALLS: AtomicU64 = AtomicU64::new(0);
static MULTIPLY_ADDS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

/// What was asked of the kernels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Calls of functions that compute.
    pub calls: u64,
    /// Multiply-adds of convolutions, linear layers and attention, as
    /// [`ConvShape::multiply_adds`](crate::ConvShape::multiply_adds) and its like count them.
    pub multiply_adds: u64,
    /// Bytes of activations, weights and their gradients to read and to write, each operand once a call. What a channel
    /// has one number of is left out.
    pub bytes: u64,
}

impl Work {
    /// All that this process has asked for so far, on whatever thread.
    #[must_use]
    pub fn so_far() -> Self {
        let [calls, multiply_adds, bytes] = [&CALLS, &MULTIPLY_ADDS, &BYTES].map(|count| count.load(Ordering::Relaxed));
        Self { calls, multiply_adds, bytes }
    }

    /// What was asked for since `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            calls: self.calls - earlier.calls,
            multiply_adds: self.multiply_adds - earlier.multiply_adds,
            bytes: self.bytes - earlier.bytes,
        }
    }
}

/// Counts one call, with so many multiply-adds, that reads and writes so many floats.
pub(crate) fn count(multiply_adds: usize, floats: usize) {
    CALLS.fetch_add(1, Ordering::Relaxed);
    MULTIPLY_ADDS.fetch_add(multiply_adds as u64, Ordering::Relaxed);
    BYTES.fetch_add((floats * size_of::<f32>()) as u64, Ordering::Relaxed);
}
