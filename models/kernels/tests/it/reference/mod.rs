//! What the kernels and operations compute, in f64 and as plainly as it can be written: what tests compare them with.

mod block;
mod conv;
mod norm;
mod transformer;

pub(crate) use block::{Dense, Step};
pub(crate) use conv::{Sum, convolve, gradients};
pub(crate) use norm::{Moments, Norm, gate, is_doubtful, relu};
pub(crate) use transformer::{attention, column_sums, gelu, layer_norm, product, transposed};

/// Numbers in [-1, 1) that look random.
pub(crate) fn noise(len: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..len).map(|_| next()).collect()
}

pub(crate) fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// Largest difference over the largest magnitude; over a tenth where all are smaller, which then canceled: tests draw
/// numbers of order 1, and no sum is more exact than what it adds.
pub(crate) fn apart(found: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len(), "not as many numbers");
    let scale = expected.iter().fold(0.1f64, |largest, value| largest.max(value.abs()));
    let differences = found.iter().zip(expected).map(|(found, expected)| (f64::from(*found) - expected).abs());
    // A difference that is not a number is one, which `f64::max` would pass over.
    differences.fold(0.0, |largest, difference| if difference <= largest { largest } else { difference }) / scale
}

/// γ as tests draw it: of either sign and not near 0, where every error would look large or none.
pub(crate) fn gammas(channels: usize, seed: u64) -> Vec<f32> {
    noise(channels, seed).into_iter().map(|gamma| gamma + 0.5f32.copysign(gamma)).collect()
}

/// Activations `[batch, channels, height, width]`.
#[derive(Debug, Clone)]
pub(crate) struct Maps {
    pub(crate) shape: [usize; 4],
    pub(crate) data: Vec<f64>,
}

impl Maps {
    pub(crate) fn new(shape: [usize; 4], data: Vec<f64>) -> Self {
        assert_eq!(data.len(), shape.iter().product::<usize>(), "maps of another shape");
        Self { shape, data }
    }

    pub(crate) fn of(shape: [usize; 4], data: &[f32]) -> Self {
        Self::new(shape, wide(data))
    }

    pub(crate) fn channels(&self) -> usize {
        self.shape[1]
    }

    /// The channel that each number belongs to, and the number.
    pub(crate) fn each(&self) -> impl Iterator<Item = (usize, f64)> {
        let [_, channels, height, width] = self.shape;
        self.data.iter().enumerate().map(move |(place, value)| (place / (height * width) % channels, *value))
    }

    /// The same shape with other numbers, from those of each place in two.
    pub(crate) fn zip(&self, other: &Maps, each: impl Fn(f64, f64) -> f64) -> Maps {
        assert_eq!(self.shape, other.shape, "maps of equal shapes");
        Self::new(self.shape, self.data.iter().zip(&other.data).map(|(a, b)| each(*a, *b)).collect())
    }

    /// `count` channels from `first` on.
    pub(crate) fn part(&self, first: usize, count: usize) -> Maps {
        let [batch, _, height, width] = self.shape;
        let inside = |channel: usize| (first..first + count).contains(&channel);
        let data = self.each().filter(|(channel, _)| inside(*channel)).map(|(_, value)| value).collect();
        Self::new([batch, count, height, width], data)
    }

    /// The channels of both.
    pub(crate) fn join(&self, other: &Maps) -> Maps {
        let [batch, channels, height, width] = self.shape;
        let image = |maps: &Maps, image: usize| {
            let len = maps.channels() * height * width;
            maps.data[image * len..][..len].to_vec()
        };
        let data = (0..batch).flat_map(|index| [image(self, index), image(other, index)].concat()).collect();
        Self::new([batch, channels + other.channels(), height, width], data)
    }
}
