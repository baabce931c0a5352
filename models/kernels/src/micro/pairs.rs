//! Computes products in bf16. Two neighboring terms of a sum share one word of 32 bits. Each is rounded to the upper
//! half of an f32 (nearest, ties to even). A word's lower half holds the earlier term.
//!
//! Words are stored as f32 although they are not numbers: the multiplying code takes them apart again. Buffers, offsets
//! and tiles are then the same as in f32, with half as many terms. (Where floats move through x87, which this crate's
//! targets avoid, some words that look like NaN would not survive.)

/// Says what products are computed in. Sums are f32 in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Products {
    /// Single precision.
    #[default]
    F32,
    /// Both factors rounded to 8 bits of precision; their product is then exact in f32.
    Bf16,
}

/// Rounds `x` to bf16, in the upper half of the result. NaN stays NaN.
#[inline(always)]
fn rounded(x: f32) -> u32 {
    let bits = x.to_bits();
    let nearest = bits.wrapping_add(0x7fff + (bits >> 16 & 1));
    (if x.is_nan() { bits | 0x0040_0000 } else { nearest }) & 0xffff_0000
}

/// Returns the word that holds two terms.
#[inline(always)]
pub(super) fn word(low: f32, high: f32) -> f32 {
    f32::from_bits(rounded(low) >> 16 | rounded(high))
}

/// Returns the two terms of a word.
#[inline(always)]
pub(super) fn terms(word: f32) -> [f32; 2] {
    [f32::from_bits(word.to_bits() << 16), f32::from_bits(word.to_bits() & 0xffff_0000)]
}

/// Joins each element of `onto`, the earlier terms, with the element of `later` at the same index.
#[inline(always)]
pub(super) fn join(onto: &mut [f32], later: &[f32]) {
    onto.iter_mut().zip(later).for_each(|(term, &later)| *term = word(*term, later));
}

/// Joins neighbors: `words[i]` is made of `terms[2i]` and `terms[2i + 1]`.
#[inline(always)]
pub(super) fn join_neighbors(terms: &[f32], words: &mut [f32]) {
    words.iter_mut().zip(terms.chunks_exact(2)).for_each(|(joined, pair)| *joined = word(pair[0], pair[1]));
}
