//! Which instruction set runs the microkernel, chosen by what the CPU has.

use super::portable;
use super::tile::Tile;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// An instruction set with a microkernel of its own, one that this CPU has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Isa(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

impl Isa {
    /// All that this CPU can run, the fastest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut found = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            // VL lets the compiler use the upper sixteen registers for halves too; without it accumulators spill.
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
                found.push(Self(Kind::Avx512));
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                found.push(Self(Kind::Avx2));
            }
        }
        found.push(Self(Kind::Portable));
        found
    }

    /// The fastest that this CPU can run.
    #[must_use]
    pub fn best() -> Self {
        Self::available()[0]
    }

    /// The most segments in a tile.
    pub(super) fn segments(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => 4,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => 2,
            Kind::Portable => 2,
        }
    }

    /// The most channels in a tile.
    pub(super) fn channels(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => 12,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => 6,
            Kind::Portable => 4,
        }
    }

    /// Computes a tile.
    ///
    /// # Safety
    /// The tile's counts are within `segments` and `channels`, its pointers valid for what its fields describe.
    pub(super) unsafe fn tile(self, tile: &Tile) {
        debug_assert!((1..=self.channels()).contains(&tile.channels));
        debug_assert!((1..=self.segments()).contains(&tile.segments));
        // SAFETY: an `Isa` is made only by `available`, after the CPU was asked.
        unsafe {
            match self.0 {
                #[cfg(target_arch = "x86_64")]
                Kind::Avx512 => avx512::tile(tile),
                #[cfg(target_arch = "x86_64")]
                Kind::Avx2 => avx2::tile(tile),
                Kind::Portable => portable::tile(tile),
            }
        }
    }

    /// Transposes eight rows of eight floats, `distance` apart, into columns `pitch` apart.
    pub(super) fn square(self, from: &[f32], distance: usize, to: &mut [f32], pitch: usize) {
        assert!(from.len() >= 7 * distance + 8 && to.len() >= 7 * pitch + 8, "a square within its slices");
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the CPU has AVX2, as every CPU with AVX-512, and the slices have all rows and columns.
            Kind::Avx512 | Kind::Avx2 => unsafe { avx2::square(from.as_ptr(), distance, to.as_mut_ptr(), pitch) },
            Kind::Portable => portable::square(from, distance, to, pitch),
        }
    }
}
