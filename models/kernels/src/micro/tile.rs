//! Holds the microkernel: a tile of outputs stays in registers while a sum runs over a table of offsets.
//!
//! `y[c][lane] (+)= Σ_k w[k][c] · x[offsets[k] + lane]`: every lane of the tile adds the same offsets, every channel of
//! the tile has its own weight. The forward pass and the input gradient use lanes for pixels and the sum for input
//! channels and taps; the weight gradient uses lanes for input channels and the sum for pixels. A word of `x` and `w`
//! is a number, or two neighboring terms of the sum (`pairs`).

/// Number of lanes in a segment, the piece of a row that tiles are made of. Two segments make an AVX-512 vector, and
/// one makes an AVX vector.
pub(crate) const SEGMENT: usize = 8;

/// Largest number of segments in a tile of any instruction set.
pub(crate) const MAX_SEGMENTS: usize = 4;

/// Largest number of output channels in a tile of any instruction set.
pub(crate) const MAX_CHANNELS: usize = 12;

/// Describes one call of the microkernel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tile {
    /// Packed input; segment `s` reads eight words at `x + offsets[k] + sources[s]`.
    pub(crate) x: *const f32,
    /// Offsets, one for each step of the sum.
    pub(crate) offsets: *const u32,
    /// Number of words that the sum runs over.
    pub(crate) steps: usize,
    /// Weights `[steps, channels]`.
    pub(crate) weights: *const f32,
    /// Number of output channels, at most the instruction set's `channels`.
    pub(crate) channels: usize,
    /// Number of segments in use, at most the instruction set's `segments`.
    pub(crate) segments: usize,
    /// Where each segment starts in the input. Entries past `segments` repeat the last one.
    pub(crate) sources: [usize; MAX_SEGMENTS],
    /// Channel `c` of segment `s` is eight floats at `y + targets[s] + c · stride`; repeated like `sources`.
    pub(crate) targets: [usize; MAX_SEGMENTS],
    /// Where the output is written.
    pub(crate) y: *mut f32,
    /// Distance between the output's channels.
    pub(crate) stride: usize,
    /// Whether to add to the output instead of overwriting it.
    pub(crate) accumulate: bool,
    /// What every channel's sum starts from where it does not add to the output: a word for each lane of the vectors in
    /// use, zero without it.
    pub(crate) start: Option<*const f32>,
}

impl Tile {
    /// Returns whether each even segment is followed by its successor in memory. One wide load then fetches both.
    fn paired(&self) -> bool {
        let follows = |pair: &[usize]| pair[1] == pair[0] + SEGMENT;
        self.sources[..self.segments.next_multiple_of(2)].chunks_exact(2).all(follows)
    }
}

/// Lists what the microkernel needs of an instruction set.
pub(crate) trait Simd {
    /// A register that holds `SEGMENTS` segments.
    type Vector: Copy;
    /// Number of segments in a register.
    const SEGMENTS: usize;

    /// Returns a vector with all lanes zero.
    unsafe fn zero() -> Self::Vector;
    /// Returns a vector with all lanes `value`.
    unsafe fn splat(value: f32) -> Self::Vector;
    /// Loads consecutive lanes from `from`.
    unsafe fn load(from: *const f32) -> Self::Vector;
    /// Loads segments from `base + at[0]`, `base + at[1]`, …
    unsafe fn gather(base: *const f32, at: &[usize]) -> Self::Vector;
    /// Stores segments to where `gather` would load them from.
    unsafe fn scatter(vector: Self::Vector, base: *mut f32, at: &[usize]);
    /// Computes `a · b + sum`, over all terms of a word.
    unsafe fn multiply_add(a: Self::Vector, b: Self::Vector, sum: Self::Vector) -> Self::Vector;
}

/// Computes a tile of `C` channels by `N` vectors. `PAIRED` says that the vectors are consecutive in the input.
///
/// # Safety
/// The CPU must have the instruction set, and all pointers of the tile must be valid for what its fields describe. `C`
/// must be its `channels`, and `N · SEGMENTS` at least its `segments`.
#[inline(always)]
unsafe fn compute<S: Simd, const C: usize, const N: usize, const PAIRED: bool>(tile: &Tile) {
    // SAFETY: the caller's promise covers every access: offsets, sources and targets stay within the buffers.
    unsafe {
        let mut sums = [[S::zero(); N]; C];
        if tile.accumulate {
            for (c, row) in sums.iter_mut().enumerate() {
                for (n, sum) in row.iter_mut().enumerate() {
                    *sum = S::gather(tile.y.add(c * tile.stride), &tile.targets[n * S::SEGMENTS..]);
                }
            }
        } else if let Some(start) = tile.start {
            let mut first = [S::zero(); N];
            for (n, first) in first.iter_mut().enumerate() {
                *first = S::load(start.add(n * S::SEGMENTS * SEGMENT));
            }
            sums = [first; C];
        }
        for step in 0..tile.steps {
            let x = tile.x.add(*tile.offsets.add(step) as usize);
            let weights = tile.weights.add(step * C);
            let mut inputs = [S::zero(); N];
            for (n, input) in inputs.iter_mut().enumerate() {
                let sources = &tile.sources[n * S::SEGMENTS..];
                *input = if PAIRED { S::load(x.add(sources[0])) } else { S::gather(x, sources) };
            }
            for (c, row) in sums.iter_mut().enumerate() {
                let weight = S::splat(*weights.add(c));
                for (sum, &input) in row.iter_mut().zip(&inputs) {
                    *sum = S::multiply_add(input, weight, *sum);
                }
            }
        }
        for (c, row) in sums.iter().enumerate() {
            for (n, &sum) in row.iter().enumerate() {
                S::scatter(sum, tile.y.add(c * tile.stride), &tile.targets[n * S::SEGMENTS..]);
            }
        }
    }
}

/// Picks the kernel for `C` channels by the tile's number of vectors.
///
/// # Safety
/// The conditions of `compute` hold.
#[inline(always)]
pub(crate) unsafe fn run<S: Simd, const C: usize>(tile: &Tile) {
    let vectors = tile.segments.div_ceil(S::SEGMENTS);
    // SAFETY: the caller's promise, and the number of vectors is the one that the segments need.
    unsafe {
        match (vectors, S::SEGMENTS == 1 || tile.paired()) {
            (1, true) => compute::<S, C, 1, true>(tile),
            (1, false) => compute::<S, C, 1, false>(tile),
            (_, true) => compute::<S, C, 2, true>(tile),
            (_, false) => compute::<S, C, 2, false>(tile),
        }
    }
}
