//! Sums over the planes of a channel, in lanes of f32 over a few thousand numbers that are then added up in f64. The
//! order is fixed, which makes the result the same on every machine and with any number of threads.

use crate::planes::Planes;

/// How many numbers are summed side by side. With this many, compilers keep the loop over them and vectorize it; a
/// short loop they unroll into scalars.
pub(super) const LANES: usize = 64;
/// After how many chunks the lanes of f32 are added to those of f64.
const CHUNKS: usize = 256;

/// Accumulates `N` sums over many numbers.
pub(super) struct Sums<const N: usize> {
    pub(super) lanes: [[f32; LANES]; N],
    pub(super) totals: [[f64; LANES]; N],
    chunks: usize,
}

impl<const N: usize> Sums<N> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { lanes: [[0.0; LANES]; N], totals: [[0.0; LANES]; N], chunks: 0 }
    }

    /// Counts a chunk, and moves the lanes to the totals where they have grown long.
    #[inline(always)]
    pub(super) fn chunk(&mut self) {
        self.chunks += 1;
        if self.chunks == CHUNKS {
            self.fold();
        }
    }

    #[inline(always)]
    fn fold(&mut self) {
        for (totals, lanes) in self.totals.iter_mut().zip(&mut self.lanes) {
            for (total, lane) in totals.iter_mut().zip(lanes) {
                *total += f64::from(*lane);
                *lane = 0.0;
            }
        }
        self.chunks = 0;
    }

    #[inline(always)]
    pub(super) fn finish(mut self) -> [f64; N] {
        self.fold();
        self.totals.map(|lanes| lanes.iter().sum())
    }
}

/// Computes Σ each(x) over a channel.
#[inline(always)]
pub(super) fn sum(x: Planes<'_>, channel: usize, each: impl Fn(f32) -> f32) -> f64 {
    let mut sums = Sums::<1>::new();
    for image in 0..x.batch {
        let (chunks, rest) = x.plane(image, channel).as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, x) in sums.lanes[0].iter_mut().zip(chunk) {
                *lane += each(*x);
            }
            sums.chunk();
        }
        for (total, x) in sums.totals[0].iter_mut().zip(rest) {
            *total += f64::from(each(*x));
        }
    }
    sums.finish()[0]
}
