//! Implements the microkernel for any machine, with arrays of eight floats that the compiler turns into the vectors it
//! has.

use super::pairs;
use super::tile::{SEGMENT, Simd, Tile, run};

struct Portable<const PAIRS: bool>;

type Lanes = [f32; SEGMENT];

impl<const PAIRS: bool> Simd for Portable<PAIRS> {
    type Vector = Lanes;
    const SEGMENTS: usize = 1;

    #[inline(always)]
    unsafe fn zero() -> Lanes {
        [0.0; SEGMENT]
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Lanes {
        [value; SEGMENT]
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Lanes {
        // SAFETY: the caller says that eight floats lie at `from`.
        unsafe { from.cast::<Lanes>().read() }
    }

    #[inline(always)]
    unsafe fn gather(base: *const f32, at: &[usize]) -> Lanes {
        // SAFETY: the caller says that eight floats lie there.
        unsafe { base.add(at[0]).cast::<Lanes>().read() }
    }

    #[inline(always)]
    unsafe fn scatter(vector: Lanes, base: *mut f32, at: &[usize]) {
        // SAFETY: the caller says that eight floats may be written there.
        unsafe { base.add(at[0]).cast::<Lanes>().write(vector) }
    }

    #[inline(always)]
    unsafe fn multiply_add(a: Lanes, b: Lanes, sum: Lanes) -> Lanes {
        // Not `mul_add`: without the instruction it is a call into the C library for each lane.
        if !PAIRS {
            return std::array::from_fn(|lane| a[lane] * b[lane] + sum[lane]);
        }
        std::array::from_fn(|lane| {
            let ([a, later_a], [b, later_b]) = (pairs::terms(a[lane]), pairs::terms(b[lane]));
            later_a * later_b + (a * b + sum[lane])
        })
    }
}

/// Computes a tile whose words are pairs or numbers.
///
/// # Safety
/// The tile must have 1 to 4 channels, 1 or 2 segments, and valid pointers.
pub(super) unsafe fn tile<const PAIRS: bool>(tile: &Tile) {
    // SAFETY: the caller's promise.
    unsafe {
        match tile.channels {
            1 => run::<Portable<PAIRS>, 1>(tile),
            2 => run::<Portable<PAIRS>, 2>(tile),
            3 => run::<Portable<PAIRS>, 3>(tile),
            _ => run::<Portable<PAIRS>, 4>(tile),
        }
    }
}

/// Transposes eight rows of eight floats. Rows are `distance` apart, and the columns written are `pitch` apart.
pub(super) fn square(from: &[f32], distance: usize, to: &mut [f32], pitch: usize) {
    for c in 0..SEGMENT {
        let column: Lanes = std::array::from_fn(|r| from[r * distance + c]);
        to[c * pitch..][..SEGMENT].copy_from_slice(&column);
    }
}
