//! Holds a pointer that tasks share to write disjoint parts of one output.

use std::mem::MaybeUninit;

/// Points to the start of an output, which is written and never read.
#[derive(Clone, Copy)]
pub(crate) struct SharedOutput(*mut f32);

// SAFETY: a task writes only the outputs that are its own, and the slice outlives the parallel region.
unsafe impl Send for SharedOutput {}
// SAFETY: as above.
unsafe impl Sync for SharedOutput {}

impl SharedOutput {
    pub(crate) fn new(slice: &mut [MaybeUninit<f32>]) -> Self {
        Self(slice.as_mut_ptr().cast())
    }

    pub(crate) fn pointer(self) -> *mut f32 {
        self.0
    }

    /// Returns `len` numbers from `first` on, to be written.
    ///
    /// # Safety
    /// They lie in the slice, which lives, and nobody else touches them meanwhile.
    pub(crate) unsafe fn part<'a>(self, first: usize, len: usize) -> &'a mut [MaybeUninit<f32>] {
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.0.add(first).cast(), len) }
    }
}
