//! Writes results to memory that was not cleared before. On large tensors clearing would be one more pass over memory.

use std::mem::MaybeUninit;

/// Returns a vector of `len` numbers that `write` has written.
///
/// # Safety
/// `write` must write every number of the slice.
pub(crate) unsafe fn written(len: usize, write: impl FnOnce(&mut [MaybeUninit<f32>])) -> Vec<f32> {
    let mut values = Vec::with_capacity(len);
    write(&mut values.spare_capacity_mut()[..len]);
    // SAFETY: the capacity is at least `len`, and so many numbers were written, as the caller says.
    unsafe { values.set_len(len) };
    values
}

/// Returns a slice of numbers as one that can be written only.
///
/// # Safety
/// Nothing but numbers may be written to the result.
pub(crate) unsafe fn overwritten(values: &mut [f32]) -> &mut [MaybeUninit<f32>] {
    // SAFETY: the layout is the same, and the slice still holds numbers when the borrow ends, as the caller says.
    unsafe { &mut *(std::ptr::from_mut(values) as *mut [MaybeUninit<f32>]) }
}
