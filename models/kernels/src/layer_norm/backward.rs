//! The gradient of a layer normalization.

use std::mem::MaybeUninit;

use multiversion::multiversion;
use rayon::prelude::*;

use super::{Moments, ROWS};
use crate::math::{LANES, add, fold};
use crate::uninit::written;
use crate::work;

/// What a backward pass gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients {
    /// Of the input.
    pub x: Vec<f32>,
    /// Of γ.
    pub gamma: Vec<f32>,
    /// Of β.
    pub beta: Vec<f32>,
}

/// A row: its input, the gradient of its output, and what it was normalized by.
struct Row<'a> {
    x: &'a [f32],
    dy: &'a [f32],
    gamma: &'a [f32],
    mean: f32,
    inverse: f32,
}

impl Row<'_> {
    /// Σ γ·dy and Σ γ·dy·x̂.
    #[inline(always)]
    fn sums(&self) -> [f32; 2] {
        let mut lanes = [[0.0; LANES]; 2];
        let parts = self.x.chunks(LANES).zip(self.dy.chunks(LANES)).zip(self.gamma.chunks(LANES));
        for ((x, dy), gamma) in parts {
            let [level, slope] = &mut lanes;
            for ((((level, slope), x), dy), gamma) in level.iter_mut().zip(slope).zip(x).zip(dy).zip(gamma) {
                let g = dy * gamma;
                *level += g;
                *slope += g * ((x - self.mean) * self.inverse);
            }
        }
        lanes.map(fold)
    }

    /// Writes the gradient of the input, and adds to those of γ and β.
    #[inline(always)]
    fn write(&self, dx: &mut [MaybeUninit<f32>], dgamma: &mut [f32], dbeta: &mut [f32]) {
        let width = self.x.len() as f32;
        let [level, slope] = self.sums().map(|sum| sum / width);
        let rows = dx.iter_mut().zip(self.x).zip(self.dy).zip(self.gamma).zip(dgamma.iter_mut().zip(dbeta));
        for ((((dx, x), dy), gamma), (dgamma, dbeta)) in rows {
            let normal = (x - self.mean) * self.inverse;
            dx.write((dy * gamma - level - normal * slope) * self.inverse);
            *dgamma += dy * normal;
            *dbeta += dy;
        }
    }
}

/// The gradient of the input of some rows, and their sums for γ and, behind them, for β.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn differentiate(
    (x, dy): (&[f32], &[f32]),
    gamma: &[f32],
    (mean, inverse): (&[f32], &[f32]),
    dx: &mut [MaybeUninit<f32>],
    sums: &mut [f32],
) {
    let width = gamma.len();
    let (dgamma, dbeta) = sums.split_at_mut(width);
    let rows = x.chunks_exact(width).zip(dy.chunks_exact(width)).zip(dx.chunks_exact_mut(width));
    for (((x, dy), dx), (&mean, &inverse)) in rows.zip(mean.iter().zip(inverse)) {
        Row { x, dy, gamma, mean, inverse }.write(dx, dgamma, dbeta);
    }
}

/// The gradients of input, γ and β, given the input, the gradient `dy` of the output and what [`forward`] found. To that
/// of the input `other` is added, with the bits of an addition that follows: what comes to it by a skip.
///
/// [`forward`]: super::forward
///
/// # Panics
/// If the slices differ in length, or are no whole number of rows of as many numbers as γ, one a moment.
pub fn backward((x, dy): (&[f32], &[f32]), gamma: &[f32], moments: &Moments, other: Option<&[f32]>) -> Gradients {
    let (width, rows) = (gamma.len(), moments.mean.len());
    assert_eq!([x.len(), dy.len()], [rows * width; 2], "{rows} rows of {width} numbers");
    assert_eq!(moments.inverse.len(), rows, "two moments a row");
    assert_eq!(other.map_or(x.len(), <[f32]>::len), x.len(), "as many numbers as in the input");
    work::count(0, (3 + usize::from(other.is_some())) * x.len());
    let mut sums = vec![0.0; rows.div_ceil(ROWS) * 2 * width];
    let write = |dx: &mut [MaybeUninit<f32>]| {
        let size = ROWS * width;
        let given = x.par_chunks(size).zip(dy.par_chunks(size));
        let moments = moments.mean.par_chunks(ROWS).zip(moments.inverse.par_chunks(ROWS));
        let written = dx.par_chunks_mut(size).zip(sums.par_chunks_mut(2 * width));
        given.zip(moments).zip(written).enumerate().for_each(|(index, ((given, moments), (dx, sums)))| {
            differentiate(given, gamma, moments, dx, sums);
            if let Some(other) = other {
                // SAFETY: `differentiate` has written all of the rows.
                let dx = unsafe { dx.assume_init_mut() };
                add(dx, &other[index * size..][..dx.len()]);
            }
        });
    };
    // SAFETY: there are as many rows to write as to read, and each is written whole.
    let x = unsafe { written(x.len(), write) };
    let mut total = vec![0.0f64; 2 * width];
    for part in sums.chunks_exact(2 * width) {
        total.iter_mut().zip(part).for_each(|(total, part)| *total += f64::from(*part));
    }
    let mut gamma: Vec<f32> = total.into_iter().map(|sum| sum as f32).collect();
    let beta = gamma.split_off(width);
    Gradients { x, gamma, beta }
}
