//! Implements the microkernel with AVX-512. A tile of up to 12 channels by 32 lanes fills 24 of the 32 registers. With
//! BF16, one instruction multiplies and adds both terms of a word. A sum then needs half as many steps.

use std::arch::x86_64::*;
use std::mem::transmute;

use super::pairs;
use super::tile::{Simd, Tile, run};

struct Avx512<const PAIRS: bool>;

impl<const PAIRS: bool> Simd for Avx512<PAIRS> {
    type Vector = __m512;
    const SEGMENTS: usize = 2;

    #[inline(always)]
    unsafe fn zero() -> __m512 {
        // SAFETY: the caller has checked the CPU.
        unsafe { _mm512_setzero_ps() }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> __m512 {
        // SAFETY: the caller has checked the CPU.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        // SAFETY: the caller has checked the CPU, and sixteen floats lie at `from`.
        unsafe { _mm512_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn gather(base: *const f32, at: &[usize]) -> __m512 {
        // SAFETY: the caller has checked the CPU, and eight floats lie at each place.
        unsafe {
            let low = _mm256_castps_pd(_mm256_loadu_ps(base.add(at[0])));
            let high = _mm256_castps_pd(_mm256_loadu_ps(base.add(at[1])));
            _mm512_castpd_ps(_mm512_insertf64x4::<1>(_mm512_castpd256_pd512(low), high))
        }
    }

    #[inline(always)]
    unsafe fn scatter(vector: __m512, base: *mut f32, at: &[usize]) {
        // SAFETY: the caller has checked the CPU, and eight floats may be written at each place.
        unsafe {
            let high = _mm512_extractf64x4_pd::<1>(_mm512_castps_pd(vector));
            _mm256_storeu_ps(base.add(at[0]), _mm512_castps512_ps256(vector));
            _mm256_storeu_ps(base.add(at[1]), _mm256_castpd_ps(high));
        }
    }

    #[inline(always)]
    unsafe fn multiply_add(a: __m512, b: __m512, sum: __m512) -> __m512 {
        // SAFETY: the caller has checked the CPU; words of pairs are read as the 32 halves that they are.
        unsafe {
            if PAIRS {
                _mm512_dpbf16_ps(sum, transmute::<__m512, __m512bh>(a), transmute::<__m512, __m512bh>(b))
            } else {
                _mm512_fmadd_ps(a, b, sum)
            }
        }
    }
}

/// Computes a tile of words that are numbers.
///
/// # Safety
/// The CPU must have AVX-512F and VL. The tile must have 1 to 12 channels, 1 to 4 segments, and valid pointers.
#[target_feature(enable = "avx512f,avx512vl")]
pub(super) unsafe fn tile(tile: &Tile) {
    // SAFETY: the caller's promise.
    unsafe { by_channels::<false>(tile) }
}

/// Computes a tile of words that are pairs.
///
/// # Safety
/// The conditions of `tile` hold, and the CPU must have AVX-512 BF16.
#[target_feature(enable = "avx512f,avx512vl,avx512bf16")]
pub(super) unsafe fn tile_of_pairs(tile: &Tile) {
    // SAFETY: the caller's promise.
    unsafe { by_channels::<true>(tile) }
}

/// Picks the kernel for the tile's number of channels.
///
/// # Safety
/// The conditions of the caller hold.
#[inline(always)]
unsafe fn by_channels<const PAIRS: bool>(tile: &Tile) {
    // SAFETY: the caller's promise.
    unsafe {
        match tile.channels {
            1 => run::<Avx512<PAIRS>, 1>(tile),
            2 => run::<Avx512<PAIRS>, 2>(tile),
            3 => run::<Avx512<PAIRS>, 3>(tile),
            4 => run::<Avx512<PAIRS>, 4>(tile),
            5 => run::<Avx512<PAIRS>, 5>(tile),
            6 => run::<Avx512<PAIRS>, 6>(tile),
            7 => run::<Avx512<PAIRS>, 7>(tile),
            8 => run::<Avx512<PAIRS>, 8>(tile),
            9 => run::<Avx512<PAIRS>, 9>(tile),
            10 => run::<Avx512<PAIRS>, 10>(tile),
            11 => run::<Avx512<PAIRS>, 11>(tile),
            _ => run::<Avx512<PAIRS>, 12>(tile),
        }
    }
}

/// Does the same as [`pairs::join`], in wide vectors.
#[target_feature(enable = "avx512f,avx512vl")]
pub(super) fn join(onto: &mut [f32], later: &[f32]) {
    pairs::join(onto, later);
}

/// Does the same as [`pairs::join_neighbors`], in wide vectors.
#[target_feature(enable = "avx512f,avx512vl")]
pub(super) fn join_neighbors(terms: &[f32], words: &mut [f32]) {
    pairs::join_neighbors(terms, words);
}
