//! Computes the gradient of batch normalization.

use std::mem::MaybeUninit;

use multiversion::multiversion;
use rayon::prelude::*;

use super::sums::{LANES, Sums};
use super::{Channel, Parameters};
use crate::planes::{Planes, PlanesMut};
use crate::uninit::written;
use crate::work;

/// Says where the gradient of the normalized values passes: everywhere, or only where the ReLU after it was open.
#[derive(Debug, Clone, Copy)]
pub enum Mask<'a> {
    /// There is no ReLU, and all of the gradient passes.
    All,
    /// ReLU followed the normalized x directly. The normalized x is computed again.
    Normalized,
    /// ReLU followed a sum. The gradient passes where this output is positive.
    Output(Planes<'a>),
}

/// Computes Σ g and Σ g·(x - mean) over a channel. Here g is the gradient that `open(x, y)` lets pass.
#[inline(always)]
fn sums(
    (x, y): (Planes<'_>, Planes<'_>),
    dy: &PlanesMut<'_>,
    channel: usize,
    by: Channel,
    open: impl Fn(f32, f32) -> bool,
) -> [f64; 2] {
    let mut sums = Sums::<2>::new();
    for image in 0..x.batch {
        let (x, x_rest) = x.plane(image, channel).as_chunks::<LANES>();
        let (y, y_rest) = y.plane(image, channel).as_chunks::<LANES>();
        // SAFETY: a channel is one task, so no other holds its planes.
        let (dy, dy_rest) = unsafe { dy.plane(image, channel) }.as_chunks::<LANES>();
        for ((x, y), dy) in x.iter().zip(y).zip(dy) {
            for lane in 0..LANES {
                let g = if open(x[lane], y[lane]) { dy[lane] } else { 0.0 };
                sums.lanes[0][lane] += g;
                sums.lanes[1][lane] += g * (x[lane] - by.mean);
            }
            sums.chunk();
        }
        for (lane, ((x, y), dy)) in x_rest.iter().zip(y_rest).zip(dy_rest).enumerate() {
            let g = if open(*x, *y) { *dy } else { 0.0 };
            sums.totals[0][lane] += f64::from(g);
            sums.totals[1][lane] += f64::from(g * (x - by.mean));
        }
    }
    sums.finish()
}

/// Computes the gradient of a normalized channel. `d` holds the gradient of the output and is overwritten with that of
/// x; `shortcut` receives what the ReLU let pass. Returns the gradients of γ and β.
#[inline(always)]
fn channel_gradient(
    (x, y): (Planes<'_>, Planes<'_>),
    channel: usize,
    (by, inverse): (Channel, f32),
    open: impl Fn(f32, f32) -> bool + Copy,
    d: &PlanesMut<'_>,
    shortcut: Option<&PlanesMut<'_, MaybeUninit<f32>>>,
) -> (f32, f32) {
    let [beta, centered] = sums((x, y), d, channel, by, open);
    let level = (beta / x.count()) as f32;
    let slope = (centered / x.count() * f64::from(inverse) * f64::from(inverse)) as f32;
    for image in 0..x.batch {
        // SAFETY: a channel is one task, so no other holds its planes.
        let d = unsafe { d.plane(image, channel) };
        let all = d.iter_mut().zip(x.plane(image, channel)).zip(y.plane(image, channel));
        let settled = |x: f32, g: f32| by.scale * (g - level - (x - by.mean) * slope);
        match shortcut {
            None => all.for_each(|((d, x), y)| *d = settled(*x, if open(*x, *y) { *d } else { 0.0 })),
            Some(shortcut) => {
                // SAFETY: as above.
                let shortcut = unsafe { shortcut.plane(image, channel) };
                all.zip(shortcut).for_each(|(((d, x), y), s)| {
                    let g = if open(*x, *y) { *d } else { 0.0 };
                    s.write(g);
                    *d = settled(*x, g);
                });
            }
        }
    }
    ((centered * f64::from(inverse)) as f32, beta as f32)
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn gradient(
    x: Planes,
    channel: usize,
    by: (Channel, f32),
    mask: Mask,
    d: &PlanesMut,
    shortcut: Option<&PlanesMut<MaybeUninit<f32>>>,
) -> (f32, f32) {
    match mask {
        Mask::All => channel_gradient((x, x), channel, by, |_, _| true, d, None),
        Mask::Normalized => channel_gradient((x, x), channel, by, |x, _| by.0.of(x) > 0.0, d, None),
        Mask::Output(y) => channel_gradient((x, y), channel, by, |_, y| y > 0.0, d, shortcut),
    }
}

/// Holds what a normalization's backward pass returns besides the gradient of x.
#[derive(Debug, Default)]
pub struct Gradients {
    /// Gradient of γ, one per channel.
    pub gamma: Vec<f32>,
    /// Gradient of β, one per channel.
    pub beta: Vec<f32>,
    /// Gradient of the shortcut, where one was added.
    pub shortcut: Option<Vec<f32>>,
}

/// Computes the gradients of [`train`](super::train), given the input `x`, the statistics that it returned and what its
/// ReLU let pass. `d` has the shape of `x`; it holds the gradient of the output and is overwritten with that of x.
///
/// # Panics
/// Panics if `d` or the masking output has another shape than `x`, or if there are fewer parameters or statistics than
/// channels.
pub fn backward(
    x: Planes<'_>,
    parameters: Parameters<'_>,
    (mean, variance): (&[f32], &[f32]),
    mask: Mask<'_>,
    d: &mut [f32],
) -> Gradients {
    x.check_alike(if let Mask::Output(y) = &mask { y } else { &x });
    assert_eq!(d.len(), x.data.len(), "a gradient of another shape");
    // x is read, d read and written; of a sum its output is read and the shortcut's gradient written.
    work::count(0, if matches!(mask, Mask::Output(_)) { 5 } else { 3 } * d.len());
    let d = PlanesMut::new(d, x.channels, x.area);
    let mut found = Gradients::default();
    let mut run = |shortcut: Option<&PlanesMut<MaybeUninit<f32>>>| {
        let channel = |channel| {
            let by = parameters.channel(channel, mean[channel], variance[channel]);
            gradient(x, channel, by, mask, &d, shortcut)
        };
        (found.gamma, found.beta) = (0..x.channels).into_par_iter().map(channel).unzip();
    };
    match mask {
        Mask::All | Mask::Normalized => run(None),
        Mask::Output(_) => {
            let write = |shortcut: &mut [_]| run(Some(&PlanesMut::new(shortcut, x.channels, x.area)));
            // SAFETY: there are as many numbers as in x, and the gradient of every channel writes its planes.
            found.shortcut = Some(unsafe { written(x.data.len(), write) });
        }
    }
    found
}
