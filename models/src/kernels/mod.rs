//! Convolution and batch normalisation on slices of f32, for the CPU: what `ops` runs on Burn's flex backend.
//!
//! Activations are `[batch, channels, height, width]`, row after row; weights `[output, input, kernel, kernel]`. Nothing here
//! knows Burn. Results do not depend on the number of threads: work is cut by shape alone, and partial sums are added in a
//! fixed order. This is the only module of the workspace with `unsafe`, each block with its reason.

#![deny(unsafe_op_in_unsafe_fn)]

pub mod conv;
pub(crate) mod norm;
pub(crate) mod planes;

/// A vector of `len` numbers, every one of which `fill` writes. It is not cleared before: on large tensors that would be one
/// more pass over memory.
#[allow(clippy::uninit_vec)]
pub(crate) fn filled(len: usize, fill: impl FnOnce(&mut [f32])) -> Vec<f32> {
    let mut values = Vec::with_capacity(len);
    // SAFETY: the capacity is `len`, every bit pattern is an f32, and `fill` writes each number before anything reads it.
    unsafe { values.set_len(len) };
    fill(&mut values);
    values
}
