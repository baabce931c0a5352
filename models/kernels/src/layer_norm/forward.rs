//! Normalizing.

use std::mem::MaybeUninit;

use multiversion::multiversion;
use rayon::prelude::*;

use super::{Moments, Parameters, ROWS};
use crate::math::{LANES, fold};
use crate::uninit::{overwritten, written};
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

/// Writes x normalized by given moments.
#[inline(always)]
fn write_row(x: &[f32], by: Parameters, mean: f32, inverse: f32, y: &mut [MaybeUninit<f32>]) {
    for (((y, x), gamma), beta) in y.iter_mut().zip(x).zip(by.gamma).zip(by.beta) {
        y.write((x - mean) * inverse * gamma + beta);
    }
}

/// Normalizes rows into `y`, and writes their means and inverse deviations.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn write(x: &[f32], by: Parameters, y: &mut [MaybeUninit<f32>], (mean, inverse): (&mut [f32], &mut [f32])) {
    let width = by.gamma.len();
    let rows = x.chunks_exact(width).zip(y.chunks_exact_mut(width));
    for ((x, y), (mean, inverse)) in rows.zip(mean.iter_mut().zip(inverse)) {
        *mean = sum(x, |x| x) / width as f32;
        let variance = sum(x, |x| (x - *mean) * (x - *mean)) / width as f32;
        *inverse = (1.0 / (f64::from(variance) + by.epsilon).sqrt()) as f32;
        write_row(x, by, *mean, *inverse, y);
    }
}

/// The same by moments that are known.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn write_again(x: &[f32], by: Parameters, y: &mut [MaybeUninit<f32>], (mean, inverse): (&[f32], &[f32])) {
    let width = by.gamma.len();
    let rows = x.chunks_exact(width).zip(y.chunks_exact_mut(width));
    for ((x, y), (mean, inverse)) in rows.zip(mean.iter().zip(inverse)) {
        write_row(x, by, *mean, *inverse, y);
    }
}

/// Normalizes some rows into `y`.
pub(crate) fn normalize(x: &[f32], by: Parameters, y: &mut [f32], moments: (&mut [f32], &mut [f32])) {
    // SAFETY: only numbers are written.
    write(x, by, unsafe { overwritten(y) }, moments);
}

fn check(x: &[f32], by: Parameters) {
    let width = by.gamma.len();
    assert_eq!(by.beta.len(), width, "as many β as γ");
    assert!(width > 0 && x.len().is_multiple_of(width), "{} numbers are no rows of {width}", x.len());
}

/// Normalizes each row of `x`, and gives the rows' moments, which the gradient needs.
///
/// # Panics
/// If there are not as many β as γ, or x is no whole number of rows of so many numbers.
pub fn forward(x: &[f32], by: Parameters<'_>) -> (Vec<f32>, Moments) {
    check(x, by);
    work::count(0, 2 * x.len());
    let size = ROWS * by.gamma.len();
    let mut found = Moments::room(x.len() / by.gamma.len());
    let all = |y: &mut [MaybeUninit<f32>]| {
        let moments = found.mean.par_chunks_mut(ROWS).zip(found.inverse.par_chunks_mut(ROWS));
        let rows = x.par_chunks(size).zip(y.par_chunks_mut(size));
        rows.zip(moments).for_each(|((x, y), moments)| write(x, by, y, moments));
    };
    // SAFETY: there are as many rows to write as to read, and each is written whole.
    let y = unsafe { written(x.len(), all) };
    (y, found)
}

/// What [`forward`] gave, once more, by the moments that it found.
///
/// # Panics
/// As [`forward`], and if there is not one moment of each kind a row.
pub fn again(x: &[f32], by: Parameters<'_>, moments: &Moments) -> Vec<f32> {
    check(x, by);
    let rows = x.len() / by.gamma.len();
    assert_eq!([moments.mean.len(), moments.inverse.len()], [rows; 2], "moments of {rows} rows");
    work::count(0, 2 * x.len());
    let size = ROWS * by.gamma.len();
    let all = |y: &mut [MaybeUninit<f32>]| {
        let moments = moments.mean.par_chunks(ROWS).zip(moments.inverse.par_chunks(ROWS));
        let rows = x.par_chunks(size).zip(y.par_chunks_mut(size));
        rows.zip(moments).for_each(|((x, y), moments)| write_again(x, by, y, moments));
    };
    // SAFETY: as in `forward`.
    unsafe { written(x.len(), all) }
}
