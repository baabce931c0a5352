//! Joins two terms of a sum into one word, in vectors where the CPU has them.

use super::isa::{Isa, Set};
use super::pairs::{self, word};
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// How many words are joined at a time where the result overwrites its input. They are few enough for the first-level
/// cache.
const BLOCK: usize = 512;

impl Isa {
    /// Joins each element of `onto`, the earlier terms, with the element of `later` at the same index.
    pub(crate) fn join(self, onto: &mut [f32], later: &[f32]) {
        match self.set {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: an `Isa` is made only by `available`, after the CPU was asked.
            Set::Avx512 => unsafe { avx512::join(onto, later) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Set::Avx2 => unsafe { avx2::join(onto, later) },
            Set::Portable => pairs::join(onto, later),
        }
    }

    /// Joins neighbors: `words[i]` is made of `terms[2i]` and `terms[2i + 1]`.
    pub(crate) fn join_neighbors(self, terms: &[f32], words: &mut [f32]) {
        match self.set {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: an `Isa` is made only by `available`, after the CPU was asked.
            Set::Avx512 => unsafe { avx512::join_neighbors(terms, words) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Set::Avx2 => unsafe { avx2::join_neighbors(terms, words) },
            Set::Portable => pairs::join_neighbors(terms, words),
        }
    }

    /// Joins each of `values` with the value `distance` behind it. The last ones are joined with zero.
    pub(crate) fn join_ahead(self, values: &mut [f32], distance: usize) {
        let mut behind = [0.0; BLOCK];
        for start in (0..values.len()).step_by(BLOCK) {
            let later = values.get(start + distance..).unwrap_or_default();
            let (found, block) = (later.len().min(BLOCK), BLOCK.min(values.len() - start));
            behind[..found].copy_from_slice(&later[..found]);
            behind[found..].fill(0.0);
            self.join(&mut values[start..start + block], &behind);
        }
    }

    /// Joins neighbors within each of `rows`, which gives `⌈length / 2⌉` words per row. A last one without a neighbor
    /// is joined with zero.
    pub(crate) fn join_rows(self, rows: &[f32], length: usize, words: &mut [f32]) {
        if length.is_multiple_of(2) {
            return self.join_neighbors(rows, words);
        }
        for (row, words) in rows.chunks_exact(length).zip(words.chunks_exact_mut(length.div_ceil(2))) {
            self.join_neighbors(row, words);
            words[length / 2] = word(row[length - 1], 0.0);
        }
    }
}
