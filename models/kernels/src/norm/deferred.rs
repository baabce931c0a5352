//! Computes the gradient of a channel that several normalizations read, as in a dense block. All of them use its one
//! mean and variance.
//!
//! Each normalization of x has a scale γ over the standard deviation σ, and its output has a gradient g. From it x gets
//! `γ/σ · (g - Σg/n - x̂ · Σ(g·x̂)/n)` with `x̂ = (x - mean)/σ`. The last two terms are known only after all of g has
//! been read, and are the same function of x for every normalization. So only the first is written as gradients arrive.
//! The sums are kept, and subtracted once, when the channel's gradient is needed.

use std::mem::MaybeUninit;

use multiversion::multiversion;
use rayon::prelude::*;

use super::sums::{LANES, Sums};
use super::{Channel, Parameters};
use crate::planes::{Planes, PlanesMut};
use crate::uninit::written;
use crate::work;

/// Holds what the normalizations of a channel still have to subtract from its gradient.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeferredSums {
    /// Sum of `γ/σ · Σg` over the normalizations.
    g: f64,
    /// Sum of `γ/σ · Σ(g·x̂)` over the normalizations.
    g_x_hat: f64,
}

/// Adds the first term of a normalization with ReLU to the gradient of `channel` in `dx`. Returns Σg and Σ(g·(x -
/// mean)).
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn add(x: Planes, dy: Planes, channel: usize, by: Channel, dx: &PlanesMut) -> [f64; 2] {
    let open = |x: f32, g: f32| if by.of(x) > 0.0 { g } else { 0.0 };
    let mut sums = Sums::<2>::new();
    for image in 0..x.batch {
        // SAFETY: a channel is one task, so no other holds its planes.
        let (dx, dx_rest) = unsafe { dx.plane(image, channel) }.as_chunks_mut::<LANES>();
        let (x, x_rest) = x.plane(image, channel).as_chunks::<LANES>();
        let (dy, dy_rest) = dy.plane(image, channel).as_chunks::<LANES>();
        for ((dx, x), dy) in dx.iter_mut().zip(x).zip(dy) {
            for lane in 0..LANES {
                let g = open(x[lane], dy[lane]);
                dx[lane] += by.scale * g;
                sums.lanes[0][lane] += g;
                sums.lanes[1][lane] += g * (x[lane] - by.mean);
            }
            sums.chunk();
        }
        for (lane, ((dx, x), dy)) in dx_rest.iter_mut().zip(x_rest).zip(dy_rest).enumerate() {
            let g = open(*x, *dy);
            *dx += by.scale * g;
            sums.totals[0][lane] += f64::from(g);
            sums.totals[1][lane] += f64::from(g * (x - by.mean));
        }
    }
    sums.finish()
}

/// Writes the gradient of `channel` of x as the `to`th channel of `out`, in all of its planes, with all deferred terms
/// subtracted.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn settle_channel(
    x: Planes,
    dx: Planes,
    (channel, to): (usize, usize),
    (mean, inverse): (f32, f32),
    deferred: DeferredSums,
    out: &PlanesMut<MaybeUninit<f32>>,
) {
    let level = (deferred.g / x.count()) as f32;
    let slope = (deferred.g_x_hat / x.count() * f64::from(inverse)) as f32;
    for image in 0..x.batch {
        // SAFETY: a channel is one task, so no other holds its planes.
        let out = unsafe { out.plane(image, to) };
        for ((out, x), dx) in out.iter_mut().zip(x.plane(image, channel)).zip(dx.plane(image, channel)) {
            out.write(dx - level - (x - mean) * slope);
        }
    }
}

/// Adds the gradient of x through a normalization with ReLU of its first channels to `dx`; `dy` is the gradient of the
/// output. What is still to be subtracted is added to `deferred`, which has one entry for each channel of x. Returns
/// the gradients of γ and β.
///
/// # Panics
/// Panics if x has fewer channels than `dy`, if `dx` is shorter than x, or if there are fewer parameters or statistics
/// than channels of `dy`.
pub fn backward_deferred(
    (x, dy): (Planes<'_>, Planes<'_>),
    parameters: Parameters<'_>,
    (mean, variance): (&[f32], &[f32]),
    dx: &mut [f32],
    deferred: &mut [DeferredSums],
) -> (Vec<f32>, Vec<f32>) {
    // Of as many channels x, dy and dx are read, and dx is written.
    work::count(0, 4 * dy.data.len());
    let dx = PlanesMut::new(dx, x.channels, x.area);
    let channel = |(channel, deferred): (usize, &mut DeferredSums)| {
        let (by, inverse) = parameters.channel(channel, mean[channel], variance[channel]);
        let [sum, centered] = add(x, dy, channel, by, &dx);
        let (scale, slope) = (f64::from(by.scale), centered * f64::from(inverse));
        deferred.g += scale * sum;
        deferred.g_x_hat += scale * slope;
        (slope as f32, sum as f32)
    };
    deferred[..dy.channels].par_iter_mut().enumerate().map(channel).unzip()
}

/// Returns the gradient of the channels from `first` on, `[batch, channels, area]`, once nothing more will be added to
/// it. It has as many channels as `deferred` has entries, and `dx` is what [`backward_deferred`] made of the gradient
/// of `x`.
///
/// # Panics
/// Panics if `x` and `dx` differ in shape, or have fewer channels than that.
pub fn settle(
    (x, dx): (Planes<'_>, Planes<'_>),
    first: usize,
    (mean, variance): (&[f32], &[f32]),
    epsilon: f64,
    deferred: &[DeferredSums],
) -> Vec<f32> {
    x.check_alike(&dx);
    work::count(0, 3 * x.batch * deferred.len() * x.area);
    let write = |out: &mut [MaybeUninit<f32>]| {
        let out = PlanesMut::new(out, deferred.len(), x.area);
        deferred.par_iter().enumerate().for_each(|(to, deferred)| {
            let channel = first + to;
            let inverse = super::inverse(variance[channel], epsilon);
            settle_channel(x, dx, (channel, to), (mean[channel], inverse), *deferred, &out);
        });
    };
    // SAFETY: there are as many channels as `deferred` is long, and each of its entries writes one.
    unsafe { written(x.batch * deferred.len() * x.area, write) }
}
