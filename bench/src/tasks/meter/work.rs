//! Counts the work of a step, which no load of the machine changes: what was asked of the heap and of this project's
//! kernels, and the processor's instructions where it counts them.

use skipbench_models::KernelWork;

use super::heap::{Counting, Requests};
use super::instructions::Counters;
use crate::cell::Measured;
use crate::device::Backend;

/// A span over which work is counted.
pub(crate) struct Span {
    instructions: Option<Counters>,
    kernels: KernelWork,
    heap: Counting,
}

impl Span {
    /// Starts now, on the processor itself. A device that works on threads of its own is asked for the same work in
    /// ways that differ from run to run, so nothing is counted there.
    pub(crate) fn start(backend: Backend) -> Option<Self> {
        if backend != Backend::Flex {
            return None;
        }
        // Last what counts most finely, lest it count the others.
        let (kernels, instructions) = (KernelWork::so_far(), Counters::start());
        Some(Self { instructions, kernels, heap: Counting::start() })
    }

    /// Ends now.
    pub(crate) fn end(self) -> Work {
        let heap = self.heap.end();
        let instructions = self.instructions.and_then(Counters::end);
        let kernels = KernelWork::so_far().since(self.kernels);
        Work { heap, kernels, instructions }
    }
}

/// Counts what a step asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Work {
    heap: Requests,
    kernels: KernelWork,
    instructions: Option<u64>,
}

impl Work {
    /// Returns the lesser of each count. Occasionally a queue between threads, or a table of the graph, takes one block
    /// more. The least of several steps repeats exactly where each single one may be off by one.
    pub(crate) fn least(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
        let count = a.heap.count.min(b.heap.count);
        let instructions = a.instructions.into_iter().chain(b.instructions).min();
        Some(Self { heap: Requests { count, bytes: a.heap.bytes.min(b.heap.bytes) }, instructions, ..a })
    }

    /// Adds it to what was measured. If all kernels are Burn's, none of ours was called, and nothing is said of them.
    pub(crate) fn added_to(self, measured: Measured) -> Measured {
        let kernels = Some(self.kernels).filter(|kernels| kernels.calls > 0);
        Measured {
            work_allocations: Some(self.heap.count),
            work_allocated_bytes: Some(self.heap.bytes),
            work_kernel_calls: kernels.map(|kernels| kernels.calls),
            work_kernel_macs: kernels.map(|kernels| kernels.multiply_adds),
            work_kernel_bytes: kernels.map(|kernels| kernels.bytes),
            work_instructions: self.instructions,
            ..measured
        }
    }
}
