//! Products in bf16: two neighbouring terms of a sum in one word of 32 bits, each rounded to the upper half of an f32
//! (nearest, ties to even). A word's lower half holds the earlier term.
//!
//! Words are kept as f32, which they are not: whoever multiplies takes them apart again. Buffers, offsets and tiles are
//! then the same as in f32, with half as many terms. (Where floats move through x87, which this crate's targets avoid, some
//! words that look like NaN would not survive.)

use super::isa::Isa;

/// Words that are joined at a time where they are written over those that are read: few enough for the first-level cache.
const BLOCK: usize = 512;

/// What products are computed in. Sums are f32 in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Products {
    /// Single precision.
    #[default]
    F32,
    /// Both factors rounded to 8 bits of precision; their product is then exact in f32.
    Bf16,
}

/// `x` rounded to bf16, in the upper half. NaN stays NaN.
#[inline(always)]
fn rounded(x: f32) -> u32 {
    let bits = x.to_bits();
    let nearest = bits.wrapping_add(0x7fff + (bits >> 16 & 1));
    (if x.is_nan() { bits | 0x0040_0000 } else { nearest }) & 0xffff_0000
}

/// The word of two terms.
#[inline(always)]
pub(super) fn word(low: f32, high: f32) -> f32 {
    f32::from_bits(rounded(low) >> 16 | rounded(high))
}

/// The terms of a word.
#[inline(always)]
pub(super) fn terms(word: f32) -> [f32; 2] {
    [f32::from_bits(word.to_bits() << 16), f32::from_bits(word.to_bits() & 0xffff_0000)]
}

/// Joins each of `onto`, the earlier terms, with the one of `later` in its place.
#[inline(always)]
pub(super) fn join(onto: &mut [f32], later: &[f32]) {
    onto.iter_mut().zip(later).for_each(|(term, &later)| *term = word(*term, later));
}

/// Joins neighbours: `words[i]` of `terms[2i]` and `terms[2i + 1]`.
#[inline(always)]
pub(super) fn join_neighbours(terms: &[f32], words: &mut [f32]) {
    words.iter_mut().zip(terms.chunks_exact(2)).for_each(|(joined, pair)| *joined = word(pair[0], pair[1]));
}

impl Isa {
    /// Joins `values` with what lies `distance` behind each; the last ones with zero.
    pub(super) fn join_ahead(self, values: &mut [f32], distance: usize) {
        let mut behind = [0.0; BLOCK];
        for start in (0..values.len()).step_by(BLOCK) {
            let later = values.get(start + distance..).unwrap_or_default();
            let (found, block) = (later.len().min(BLOCK), BLOCK.min(values.len() - start));
            behind[..found].copy_from_slice(&later[..found]);
            behind[found..].fill(0.0);
            self.join(&mut values[start..start + block], &behind);
        }
    }

    /// Joins neighbours in each of `rows`, a last one that has none with zero: `⌈length / 2⌉` words each.
    pub(super) fn join_rows(self, rows: &[f32], length: usize, words: &mut [f32]) {
        if length.is_multiple_of(2) {
            return self.join_neighbours(rows, words);
        }
        for (row, words) in rows.chunks_exact(length).zip(words.chunks_exact_mut(length.div_ceil(2))) {
            self.join_neighbours(row, words);
            words[length / 2] = word(row[length - 1], 0.0);
        }
    }
}
