//! Heap bytes of the whole process, counted by the allocator itself.
//!
//! Three counting layers stand on the system's allocator: the outer one knows the bytes alive and enforces a limit, the
//! middle one the most bytes alive since it was last reset, the inner one what was requested so far. All forward zeroed
//! allocation and reallocation unchanged, so that counting does not alter what the allocator does. Being part of this library, they are in every program that
//! links it.

use std::alloc::System;

use cap::Cap;
use peakmem_alloc::{PeakMemAlloc, PeakMemAllocTrait};
use stats_alloc::StatsAlloc;

static REQUESTS: StatsAlloc<System> = StatsAlloc::system();

static PEAK: PeakMemAlloc<&StatsAlloc<System>> = PeakMemAlloc::new(&REQUESTS);

#[global_allocator]
static HEAP: Cap<&PeakMemAlloc<&StatsAlloc<System>>> = Cap::new(&PEAK, usize::MAX);

/// Bytes alive now.
pub fn live_bytes() -> u64 {
    HEAP.allocated() as u64
}

/// What was asked of the allocator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Requests {
    /// Blocks allocated or given another size.
    pub count: u64,
    /// Bytes of blocks allocated, and those by which blocks grew.
    pub bytes: u64,
}

impl Requests {
    /// All so far, on whatever thread.
    pub(crate) fn so_far() -> Self {
        let stats = REQUESTS.stats();
        Self { count: (stats.allocations + stats.reallocations) as u64, bytes: stats.bytes_allocated as u64 }
    }
}

/// Refuses every allocation that would lift the bytes alive above `bytes`; Rust then ends the process with the message
/// "memory allocation of N bytes failed". Gives `false` if more is alive already.
pub(crate) fn limit(bytes: u64) -> bool {
    HEAP.set_limit(usize::try_from(bytes).unwrap_or(usize::MAX)).is_ok()
}

/// A span over which the most bytes alive are sought.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    start: u64,
}

impl Span {
    /// Starts now. One span at a time: a later one takes the counter over.
    pub(crate) fn start() -> Self {
        let start = live_bytes();
        PEAK.reset_peak_memory();
        Self { start }
    }

    /// Most bytes alive at once since the start.
    pub(crate) fn peak_bytes(self) -> u64 {
        self.start + PEAK.get_peak_memory() as u64
    }
}
