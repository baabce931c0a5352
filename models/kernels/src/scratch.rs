//! Keeps working memory between calls. Each thread keeps the buffers it has used, so a training step after the first
//! allocates nothing and touches no fresh page.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Number of floats in a cache line, and in the widest vector.
pub(crate) const CACHE_LINE: usize = 16;

#[derive(Clone, Copy)]
#[repr(align(64))]
struct CacheLine(#[expect(dead_code, reason = "read as floats")] [f32; CACHE_LINE]);

thread_local! {
    static SPARE: RefCell<Vec<Vec<CacheLine>>> = const { RefCell::new(Vec::new()) };
}

/// A buffer of floats, aligned to a cache line, that holds what its last user left. Dropping it returns it to the
/// thread that drops it.
pub(crate) struct Scratch {
    lines: Vec<CacheLine>,
    floats: usize,
}

impl Scratch {
    /// Borrows `floats` floats. The buffer leaves the thread's store, so a task that the thread steals while it waits
    /// gets another one.
    pub(crate) fn take(floats: usize) -> Self {
        let mut lines = SPARE.with_borrow_mut(|spare| {
            let fits = spare.iter().position(|lines| lines.len() * CACHE_LINE >= floats);
            fits.map(|index| spare.swap_remove(index)).or_else(|| spare.pop())
        });
        let lines = lines.get_or_insert_default();
        let mut lines = std::mem::take(lines);
        let needed = floats.div_ceil(CACHE_LINE);
        if lines.len() < needed {
            lines.resize(needed, CacheLine([0.0; CACHE_LINE]));
        }
        Self { lines, floats }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        // A thread that ends has no store any more; the buffer is then simply freed.
        let _ = SPARE.try_with(|spare| spare.borrow_mut().push(lines));
    }
}

impl Deref for Scratch {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: a `CacheLine` is sixteen floats without padding, and `take` made at least `floats / 16` of them.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.floats) }
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `deref`, and `&mut self` makes the borrow unique.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.floats) }
    }
}
