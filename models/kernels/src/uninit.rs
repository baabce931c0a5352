//! Results in memory that was not cleared before: on large tensors clearing would be one more pass over memory.

use std::mem::MaybeUninit;

/// A vector of `len` numbers, as `write` writes them.
///
/// # Safety
/// `write` writes every number of the slice.
pub(crate) unsafe fn written(len: usize, write: impl FnOnce(&mut [MaybeUninit<f32>])) -> Vec<f32> {
    let mut values = Vec::with_capacity(len);
    write(&mut values.spare_capacity_mut()[..len]);
    // SAFETY: the capacity is at least `len`, and so many numbers were written, as the caller says.
    unsafe { values.set_len(len) };
    values
}

/// A slice of numbers as one to be written.
///
/// # Safety
/// Nothing but numbers is written to what it gives.
pub(crate) unsafe fn overwritten(values: &mut [f32]) -> &mut [MaybeUninit<f32>] {
    // SAFETY: the layout is the same, and the slice still holds numbers when the borrow ends, as the caller says.
    unsafe { &mut *(std::ptr::from_mut(values) as *mut [MaybeUninit<f32>]) }
}
