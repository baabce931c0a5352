//! Normalizing.

use std::mem::MaybeUninit;

use multiversion::multiversion;
use rayon::prelude::*;

use super::{Moments, Parameters, ROWS};
use crate::math::{LANES, fold};
use crate::uninit::written;
use crate::work;

/// Σ each(x) over a row.
#[inline(always)]
fn sum(row: &[f32], each: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, x)| *lane += each(*x));
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, x)| *lane += each(*x));
    fold(lanes)
}

/// Normalizes rows into `y`, and writes their means and inverse deviations.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn normalize(x: &[f32], by: Parameters, y: &mut [MaybeUninit<f32>], (mean, inverse): (&mut [f32], &mut [f32])) {
    let width = by.gamma.len();
    let rows = x.chunks_exact(width).zip(y.chunks_exact_mut(width));
    for ((x, y), (mean, inverse)) in rows.zip(mean.iter_mut().zip(inverse)) {
        *mean = sum(x, |x| x) / width as f32;
        let variance = sum(x, |x| (x - *mean) * (x - *mean)) / width as f32;
        *inverse = (1.0 / (f64::from(variance) + by.epsilon).sqrt()) as f32;
        for (((y, x), gamma), beta) in y.iter_mut().zip(x).zip(by.gamma).zip(by.beta) {
            y.write((x - *mean) * *inverse * gamma + beta);
        }
    }
}

/// Normalizes each row of `x`, and gives the rows' moments, which the gradient needs.
///
/// # Panics
/// If there are not as many β as γ, or x is no whole number of rows of so many numbers.
pub fn forward(x: &[f32], by: Parameters<'_>) -> (Vec<f32>, Moments) {
    let width = by.gamma.len();
    assert_eq!(by.beta.len(), width, "as many β as γ");
    assert!(width > 0 && x.len().is_multiple_of(width), "{} numbers are no rows of {width}", x.len());
    work::count(0, 2 * x.len());
    let rows = x.len() / width;
    let mut found = Moments { mean: vec![0.0; rows], inverse: vec![0.0; rows] };
    let write = |y: &mut [MaybeUninit<f32>]| {
        let moments = found.mean.par_chunks_mut(ROWS).zip(found.inverse.par_chunks_mut(ROWS));
        let rows = x.par_chunks(ROWS * width).zip(y.par_chunks_mut(ROWS * width));
        rows.zip(moments).for_each(|((x, y), moments)| normalize(x, by, y, moments));
    };
    // SAFETY: there are as many rows to write as to read, and each is written whole.
    let y = unsafe { written(x.len(), write) };
    (y, found)
}
