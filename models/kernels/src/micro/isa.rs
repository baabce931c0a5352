//! Chooses the instruction set that runs the microkernel, by what the CPU has.

use super::pairs::Products;
use super::portable;
use super::tile::{SEGMENT, Tile};
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// Names an instruction set that this CPU has and that has a microkernel, and what it multiplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Isa {
    pub(super) set: Set,
    products: Products,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

impl Set {
    /// Returns whether this CPU has the instruction set.
    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "plain code multiplies all of them"))]
    fn present(self, products: Products) -> bool {
        match self {
            // VL lets the compiler use the upper sixteen registers for halves too; without it accumulators spill.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => {
                let multiplies = products == Products::F32 || is_x86_feature_detected!("avx512bf16");
                is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") && multiplies
            }
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            Set::Portable => true,
        }
    }
}

impl Isa {
    /// Returns all instruction sets that this CPU can run, the fastest first. It serves callers who compare them, or
    /// who want the same bits on two CPUs ([`Convolution::with_isa`](crate::Convolution::with_isa)).
    #[must_use]
    pub fn available(products: Products) -> Vec<Self> {
        Self::present(products).collect()
    }

    /// Returns the fastest instruction set that this CPU can run.
    #[must_use]
    pub fn best(products: Products) -> Self {
        Self::present(products).next().unwrap_or(Self { set: Set::Portable, products })
    }

    /// Its name: `avx512`, `avx2` or `portable`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self.set {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            Set::Portable => "portable",
        }
    }

    fn present(products: Products) -> impl Iterator<Item = Self> {
        let all = [
            #[cfg(target_arch = "x86_64")]
            Set::Avx512,
            #[cfg(target_arch = "x86_64")]
            Set::Avx2,
            Set::Portable,
        ];
        all.into_iter().filter(move |set| set.present(products)).map(move |set| Self { set, products })
    }

    /// Returns how many terms of a sum a word holds.
    pub(crate) fn terms(self) -> usize {
        match self.products {
            Products::F32 => 1,
            Products::Bf16 => 2,
        }
    }

    /// Returns the largest number of segments in a tile.
    pub(crate) fn segments(self) -> usize {
        match self.set {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => 4,
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => 2,
            Set::Portable => 2,
        }
    }

    /// Returns the number of lanes in the widest tile.
    pub(crate) fn lanes(self) -> usize {
        self.segments() * SEGMENT
    }

    /// Returns the number of lanes in a vector.
    pub(crate) fn vector(self) -> usize {
        self.lanes() / 2
    }

    /// Returns the largest number of channels in a tile.
    pub(crate) fn channels(self) -> usize {
        match (self.set, self.products) {
            #[cfg(target_arch = "x86_64")]
            (Set::Avx512, _) => 12,
            #[cfg(target_arch = "x86_64")]
            (Set::Avx2, Products::F32) => 6,
            _ => 4,
        }
    }

    /// Cuts output channels into blocks of nearly equal size, none larger than a tile. Block `b` is `cuts[b]..cuts[b +
    /// 1]`.
    pub(crate) fn cuts(self, channels: usize) -> Vec<usize> {
        let most = self.channels();
        let unit = if most.is_multiple_of(4) { 4 } else { 2 };
        let (units, blocks) = (channels.div_ceil(unit), channels.div_ceil(most));
        (0..=blocks).map(|block| (block * units / blocks * unit).min(channels)).collect()
    }

    /// Computes a tile.
    ///
    /// # Safety
    /// The tile's counts must be within `segments` and `channels`. Its pointers must be valid for what its fields
    /// describe.
    pub(crate) unsafe fn tile(self, tile: &Tile) {
        debug_assert!((1..=self.channels()).contains(&tile.channels));
        debug_assert!((1..=self.segments()).contains(&tile.segments));
        // SAFETY: an `Isa` is made only by `available`, after the CPU was asked.
        unsafe {
            match (self.set, self.products) {
                #[cfg(target_arch = "x86_64")]
                (Set::Avx512, Products::F32) => avx512::tile(tile),
                #[cfg(target_arch = "x86_64")]
                (Set::Avx512, Products::Bf16) => avx512::tile_of_pairs(tile),
                #[cfg(target_arch = "x86_64")]
                (Set::Avx2, Products::F32) => avx2::tile(tile),
                #[cfg(target_arch = "x86_64")]
                (Set::Avx2, Products::Bf16) => avx2::tile_of_pairs(tile),
                (Set::Portable, Products::F32) => portable::tile::<false>(tile),
                (Set::Portable, Products::Bf16) => portable::tile::<true>(tile),
            }
        }
    }

    /// Transposes eight rows of eight words. Rows are `distance` apart, and the columns written are `pitch` apart.
    pub(crate) fn square(self, from: &[f32], distance: usize, to: &mut [f32], pitch: usize) {
        assert!(from.len() >= 7 * distance + 8 && to.len() >= 7 * pitch + 8, "a square within its slices");
        match self.set {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the CPU has AVX2, as every CPU with AVX-512, and the slices have all rows and columns.
            Set::Avx512 | Set::Avx2 => unsafe { avx2::square(from.as_ptr(), distance, to.as_mut_ptr(), pitch) },
            Set::Portable => portable::square(from, distance, to, pitch),
        }
    }
}
