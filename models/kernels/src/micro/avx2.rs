//! Implements the microkernel with AVX2 and FMA. A tile of up to 6 channels by 16 lanes fills 12 of the 16 registers.
//! Where words are pairs it has up to 4 channels, because their terms need registers of their own.

use std::arch::x86_64::*;

use super::pairs;
use super::tile::{Simd, Tile, run};

struct Avx2<const PAIRS: bool>;

impl<const PAIRS: bool> Simd for Avx2<PAIRS> {
    type Vector = __m256;
    const SEGMENTS: usize = 1;

    #[inline(always)]
    unsafe fn zero() -> __m256 {
        // SAFETY: the caller has checked the CPU.
        unsafe { _mm256_setzero_ps() }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> __m256 {
        // SAFETY: the caller has checked the CPU.
        unsafe { _mm256_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m256 {
        // SAFETY: the caller has checked the CPU, and eight floats lie at `from`.
        unsafe { _mm256_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn gather(base: *const f32, at: &[usize]) -> __m256 {
        // SAFETY: the caller has checked the CPU, and eight floats lie there.
        unsafe { _mm256_loadu_ps(base.add(at[0])) }
    }

    #[inline(always)]
    unsafe fn scatter(vector: __m256, base: *mut f32, at: &[usize]) {
        // SAFETY: the caller has checked the CPU, and eight floats may be written there.
        unsafe { _mm256_storeu_ps(base.add(at[0]), vector) }
    }

    #[inline(always)]
    unsafe fn multiply_add(a: __m256, b: __m256, sum: __m256) -> __m256 {
        // SAFETY: the caller has checked the CPU.
        unsafe {
            if !PAIRS {
                return _mm256_fmadd_ps(a, b, sum);
            }
            let ([a, later_a], [b, later_b]) = (terms(a), terms(b));
            _mm256_fmadd_ps(later_a, later_b, _mm256_fmadd_ps(a, b, sum))
        }
    }
}

/// Returns the earlier and the later terms of pairs, as numbers.
///
/// # Safety
/// The CPU must have AVX2.
#[inline(always)]
unsafe fn terms(words: __m256) -> [__m256; 2] {
    // SAFETY: the caller's promise.
    unsafe {
        let bits = _mm256_castps_si256(words);
        let upper = _mm256_and_si256(bits, _mm256_set1_epi32(-0x1_0000));
        [_mm256_castsi256_ps(_mm256_slli_epi32::<16>(bits)), _mm256_castsi256_ps(upper)]
    }
}

/// Computes a tile of words that are numbers.
///
/// # Safety
/// The CPU must have AVX2 and FMA. The tile must have 1 to 6 channels, 1 or 2 segments, and valid pointers.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn tile(tile: &Tile) {
    // SAFETY: the caller's promise.
    unsafe {
        match tile.channels {
            1 => run::<Avx2<false>, 1>(tile),
            2 => run::<Avx2<false>, 2>(tile),
            3 => run::<Avx2<false>, 3>(tile),
            4 => run::<Avx2<false>, 4>(tile),
            5 => run::<Avx2<false>, 5>(tile),
            _ => run::<Avx2<false>, 6>(tile),
        }
    }
}

/// Computes a tile of words that are pairs.
///
/// # Safety
/// The conditions of `tile` hold, with up to 4 channels.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn tile_of_pairs(tile: &Tile) {
    // SAFETY: the caller's promise.
    unsafe {
        match tile.channels {
            1 => run::<Avx2<true>, 1>(tile),
            2 => run::<Avx2<true>, 2>(tile),
            3 => run::<Avx2<true>, 3>(tile),
            _ => run::<Avx2<true>, 4>(tile),
        }
    }
}

/// Does the same as [`pairs::join`], in vectors.
#[target_feature(enable = "avx2")]
pub(super) fn join(onto: &mut [f32], later: &[f32]) {
    pairs::join(onto, later);
}

/// Does the same as [`pairs::join_neighbors`], in vectors.
#[target_feature(enable = "avx2")]
pub(super) fn join_neighbors(terms: &[f32], words: &mut [f32]) {
    pairs::join_neighbors(terms, words);
}

/// Transposes eight rows of eight floats. Rows are `distance` apart, and the columns written are `pitch` apart.
///
/// # Safety
/// The CPU must have AVX2. The rows must be readable and the columns writable.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn square(from: *const f32, distance: usize, to: *mut f32, pitch: usize) {
    let mut rows = [_mm256_setzero_ps(); 8];
    for (index, row) in rows.iter_mut().enumerate() {
        // SAFETY: the caller's promise.
        *row = unsafe { _mm256_loadu_ps(from.add(index * distance)) };
    }
    let mut pairs = rows;
    for index in [0, 2, 4, 6] {
        pairs[index] = _mm256_unpacklo_ps(rows[index], rows[index + 1]);
        pairs[index + 1] = _mm256_unpackhi_ps(rows[index], rows[index + 1]);
    }
    let mut fours = pairs;
    for (index, pair) in [(0, 0), (2, 1), (4, 4), (6, 5)] {
        fours[index] = _mm256_shuffle_ps::<0x44>(pairs[pair], pairs[pair + 2]);
        fours[index + 1] = _mm256_shuffle_ps::<0xEE>(pairs[pair], pairs[pair + 2]);
    }
    for index in 0..4 {
        let low = _mm256_permute2f128_ps::<0x20>(fours[index], fours[index + 4]);
        let high = _mm256_permute2f128_ps::<0x31>(fours[index], fours[index + 4]);
        // SAFETY: the caller's promise.
        unsafe {
            _mm256_storeu_ps(to.add(index * pitch), low);
            _mm256_storeu_ps(to.add((index + 4) * pitch), high);
        }
    }
}
