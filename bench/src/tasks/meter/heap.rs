//! Counts heap bytes of the whole process in the allocator itself.
//!
//! Three counting layers are around the system's allocator. The outer one knows the bytes alive and enforces a limit,
//! the middle one knows the most bytes alive since it was last reset, and the inner one knows what each thread
//! requested so far. All forward zeroed allocation and reallocation unchanged, so counting does not alter what the
//! allocator does. The inner one needs no locked instructions; its cost in a timed step has not been measured. As they
//! belong to this library, they are in every program that links it.

use std::alloc::System;

use alloc_tracker::{Allocator, ProcessSpan, Session};
use cap::Cap;
use peakmem_alloc::{PeakMemAlloc, PeakMemAllocTrait};

static PEAK: PeakMemAlloc<Allocator<System>> = PeakMemAlloc::new(Allocator::system());

#[global_allocator]
static HEAP: Cap<&PeakMemAlloc<Allocator<System>>> = Cap::new(&PEAK, usize::MAX);

/// Returns the bytes alive now.
pub fn live_bytes() -> u64 {
    HEAP.allocated() as u64
}

/// Counts what was asked of the allocator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Requests {
    /// Number of blocks allocated or given another size.
    pub count: u64,
    /// Bytes of these blocks.
    pub bytes: u64,
}

/// A span over which the requests of all threads are counted.
pub(crate) struct Counting {
    session: Session,
    span: ProcessSpan,
}

impl Counting {
    /// Starts now.
    pub(crate) fn start() -> Self {
        let session = Session::new().no_stdout().no_file();
        // Told at once how many steps it covers, since a span that is dropped untold panics.
        let span = session.operation("step").measure_process().iterations(1);
        Self { session, span }
    }

    /// Ends now.
    pub(crate) fn end(self) -> Requests {
        drop(self.span);
        let report = self.session.to_report();
        let counted = report
            .operations()
            .map(|(_, step)| Requests { count: step.total_allocations_count(), bytes: step.total_bytes_allocated() });
        counted.last().unwrap_or_default()
    }
}

/// Refuses every allocation that would raise the bytes alive above `bytes`. Rust then ends the process with the message
/// "memory allocation of N bytes failed". Returns `false` if more is alive already.
pub(crate) fn limit(bytes: u64) -> bool {
    HEAP.set_limit(usize::try_from(bytes).unwrap_or(usize::MAX)).is_ok()
}

/// A span in which the most bytes alive are found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    start: u64,
}

impl Span {
    /// Starts now. There is one span at a time: a later one takes the counter over.
    pub(crate) fn start() -> Self {
        let start = live_bytes();
        PEAK.reset_peak_memory();
        Self { start }
    }

    /// Returns the most bytes alive at once since the start.
    pub(crate) fn peak_bytes(self) -> u64 {
        self.start + PEAK.get_peak_memory() as u64
    }
}
