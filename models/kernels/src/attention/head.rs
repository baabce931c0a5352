//! One head of one image: its matrices, and how scores become weights.

use multiversion::multiversion;

use super::Attention;
use crate::math::{LANES, exp};
use crate::micro::{MAX_SEGMENTS, SEGMENT};
use crate::product::pack::Matrix;

/// The most queries of a panel.
pub(super) const MOST: usize = MAX_SEGMENTS * SEGMENT;

/// The matrices of a head: a row a token.
pub(super) struct Head<'a> {
    pub(super) queries: Matrix<'a>,
    pub(super) keys: Matrix<'a>,
    pub(super) values: Matrix<'a>,
}

impl Attention {
    /// Those of `head` in an image's `[tokens, 3, heads, size]`.
    pub(super) fn head<'a>(&self, qkv: &'a [f32], head: usize) -> Head<'a> {
        let all = Matrix::dense(qkv, 3 * self.width());
        let part = |part: usize| all.columns(part * self.width() + head * self.size, self.size);
        Head { queries: part(0), keys: part(1), values: part(2) }
    }

    /// That of `head` in an image's `[tokens, heads, size]`.
    pub(super) fn own<'a>(&self, all: &'a [f32], head: usize) -> Matrix<'a> {
        Matrix::dense(all, self.width()).columns(head * self.size, self.size)
    }
}

/// The largest score of each query so far, and the sum of the exponentials of all, each over that of the largest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Softmax {
    pub(super) largest: [f32; MOST],
    pub(super) sum: [f32; MOST],
}

impl Softmax {
    /// Of no scores.
    pub(super) fn new() -> Self {
        Self { largest: [f32::NEG_INFINITY; MOST], sum: [0.0; MOST] }
    }

    /// The logarithm of a query's sum of exponentials.
    pub(super) fn logarithm(&self, query: usize) -> f32 {
        self.largest[query] + self.sum[query].ln()
    }
}

/// One number a query, repeated for as many neighboring keys, two or four, as there are lanes for.
fn repeat(values: &[f32; MOST], panel: usize) -> [f32; LANES] {
    std::array::from_fn(|lane| values[lane % panel])
}

/// Makes weights of a block's scores, `[key][query]`, and gives what earlier weights are to be multiplied by.
pub(super) fn weigh(scores: &mut [f32], panel: usize, softmax: &mut Softmax) -> [f32; MOST] {
    let before = softmax.largest;
    let mut lanes = repeat(&before, panel);
    largest(scores, &mut lanes);
    for (lane, score) in lanes.iter().enumerate() {
        let largest = &mut softmax.largest[lane % panel];
        *largest = if *score > *largest { *score } else { *largest };
    }
    let mut sums = [0.0; LANES];
    exponentiate(scores, &repeat(&softmax.largest, panel), &mut sums);
    let mut earlier = [0.0; MOST];
    for query in 0..panel {
        earlier[query] = exp(before[query] - softmax.largest[query]);
        let sum: f32 = sums[query..].iter().step_by(panel).sum();
        softmax.sum[query] = softmax.sum[query] * earlier[query] + sum;
    }
    earlier
}

/// The larger of each lane and its scores.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn largest(scores: &[f32], lanes: &mut [f32; LANES]) {
    let (chunks, rest) = scores.as_chunks::<LANES>();
    for chunk in chunks {
        for (largest, score) in lanes.iter_mut().zip(chunk) {
            *largest = if *score > *largest { *score } else { *largest };
        }
    }
    for (largest, score) in lanes.iter_mut().zip(rest) {
        *largest = if *score > *largest { *score } else { *largest };
    }
}

/// The exponential of each score over that of the largest, and each lane's sum of them.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn exponentiate(scores: &mut [f32], largest: &[f32; LANES], sums: &mut [f32; LANES]) {
    let (chunks, rest) = scores.as_chunks_mut::<LANES>();
    for chunk in chunks {
        for ((score, largest), sum) in chunk.iter_mut().zip(largest).zip(sums.iter_mut()) {
            *score = exp(*score - largest);
            *sum += *score;
        }
    }
    for ((score, largest), sum) in rest.iter_mut().zip(largest).zip(sums) {
        *score = exp(*score - largest);
        *sum += *score;
    }
}

/// Multiplies each row, a number a query, by `factors`.
pub(super) fn rescale(rows: &mut [f32], panel: usize, factors: &[f32; MOST]) {
    for row in rows.chunks_exact_mut(panel) {
        row.iter_mut().zip(factors).for_each(|(value, factor)| *value *= factor);
    }
}

/// Multiplies all by one factor.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
pub(super) fn scale(values: &mut [f32], factor: f32) {
    values.iter_mut().for_each(|value| *value *= factor);
}

/// Makes weights of scores by the logarithms of the queries' sums, and of the weights' gradients those of the scores:
/// `weight · (gradient − level)`.
pub(super) fn differentiate(
    (scores, gradients): (&mut [f32], &mut [f32]),
    panel: usize,
    (logarithms, levels): (&[f32; MOST], &[f32; MOST]),
) {
    let (logarithms, levels) = (repeat(logarithms, panel), repeat(levels, panel));
    differentiate_lanes(scores, gradients, &logarithms, &levels);
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn differentiate_lanes(scores: &mut [f32], gradients: &mut [f32], logarithms: &[f32; LANES], levels: &[f32; LANES]) {
    let ((scores, last_scores), (gradients, last_gradients)) =
        (scores.as_chunks_mut::<LANES>(), gradients.as_chunks_mut::<LANES>());
    for (scores, gradients) in scores.iter_mut().zip(gradients) {
        for lane in 0..LANES {
            scores[lane] = exp(scores[lane] - logarithms[lane]);
            gradients[lane] = scores[lane] * (gradients[lane] - levels[lane]);
        }
    }
    for (lane, (score, gradient)) in last_scores.iter_mut().zip(last_gradients).enumerate() {
        *score = exp(*score - logarithms[lane]);
        *gradient = *score * (*gradient - levels[lane]);
    }
}
