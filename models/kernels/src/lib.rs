//! Convolution and batch normalization on slices of f32, for the CPU.
//!
//! Activations are `[batch, channels, height, width]`, row after row; weights `[output, input, kernel, kernel]`. Nothing here
//! knows Burn. Results do not depend on the number of threads: each output is computed by one task, however many there are,
//! and partial sums are cut by shape alone and added in a fixed order. This is the only crate of the workspace with `unsafe`,
//! each block with its reason.

pub mod conv;
pub mod norm;
pub mod planes;

use std::mem::MaybeUninit;

/// A vector of `len` numbers. It is not cleared before `write` writes them: on large tensors that would be one more pass over
/// memory.
///
/// # Safety
/// `write` writes every number of the slice.
unsafe fn written(len: usize, write: impl FnOnce(&mut [MaybeUninit<f32>])) -> Vec<f32> {
    let mut values = Vec::with_capacity(len);
    write(&mut values.spare_capacity_mut()[..len]);
    // SAFETY: the capacity is at least `len`, and so many numbers were written, as the caller says.
    unsafe { values.set_len(len) };
    values
}
