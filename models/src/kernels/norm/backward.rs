//! The gradient of normalising.

use multiversion::multiversion;
use rayon::prelude::*;

use super::sums::{LANES, Sums};
use super::{Channel, Parameters};
use crate::kernels::planes::{Planes, PlanesMut};

/// Where the gradient of what was normalised passes: everywhere, or where the ReLU after it was open.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mask<'a> {
    /// No ReLU.
    All,
    /// ReLU of the normalised x alone, which is computed again.
    Normalised,
    /// ReLU of a sum: where this output is positive.
    Output(Planes<'a>),
}

/// Σ g and Σ g·(x - mean) over a channel, with g the gradient that `mask` lets pass.
#[inline(always)]
pub(super) fn gradient_sums(x: Planes<'_>, dy: Planes<'_>, channel: usize, by: Channel, mask: Mask<'_>) -> [f64; 2] {
    match mask {
        Mask::All => sums(x, dy, dy, channel, by, |_, _, g| g),
        Mask::Normalised => sums(x, dy, dy, channel, by, |x, _, g| if by.of(x) > 0.0 { g } else { 0.0 }),
        Mask::Output(y) => sums(x, y, dy, channel, by, |_, y, g| if y > 0.0 { g } else { 0.0 }),
    }
}

#[inline(always)]
fn sums(
    x: Planes<'_>,
    y: Planes<'_>,
    dy: Planes<'_>,
    channel: usize,
    by: Channel,
    g: impl Fn(f32, f32, f32) -> f32,
) -> [f64; 2] {
    let mut sums = Sums::<2>::new();
    for image in 0..x.batch {
        let (x, x_rest) = x.plane(image, channel).as_chunks::<LANES>();
        let (y, y_rest) = y.plane(image, channel).as_chunks::<LANES>();
        let (dy, dy_rest) = dy.plane(image, channel).as_chunks::<LANES>();
        for ((x, y), dy) in x.iter().zip(y).zip(dy) {
            for lane in 0..LANES {
                let g = g(x[lane], y[lane], dy[lane]);
                sums.lanes[0][lane] += g;
                sums.lanes[1][lane] += g * (x[lane] - by.mean);
            }
            sums.chunk();
        }
        for (lane, ((x, y), dy)) in x_rest.iter().zip(y_rest).zip(dy_rest).enumerate() {
            let g = g(*x, *y, *dy);
            sums.totals[0][lane] += f64::from(g);
            sums.totals[1][lane] += f64::from(g * (x - by.mean));
        }
    }
    sums.finish()
}

/// Gradients of a channel's parameters.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ChannelGradient {
    /// Of γ.
    pub(crate) gamma: f32,
    /// Of β.
    pub(crate) beta: f32,
}

/// The gradient of a normalised channel: writes that of x and, with [`Mask::Output`], that of the shortcut.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
pub(crate) fn gradient(
    x: Planes,
    dy: Planes,
    channel: usize,
    (by, inverse): (Channel, f32),
    mask: Mask,
    dx: &PlanesMut,
    shortcut: Option<&PlanesMut>,
) -> ChannelGradient {
    let [beta, centred] = gradient_sums(x, dy, channel, by, mask);
    let mean = (beta / x.count()) as f32;
    let slope = (centred / x.count() * f64::from(inverse) * f64::from(inverse)) as f32;
    let dx_of = |x: f32, g: f32| by.scale * (g - mean - (x - by.mean) * slope);
    for image in 0..x.batch {
        let (x, dy) = (x.plane(image, channel), dy.plane(image, channel));
        // SAFETY: a channel is one task, so no other holds its planes.
        let dx = unsafe { dx.plane(image, channel) };
        let pairs = dx.iter_mut().zip(x).zip(dy);
        match (mask, shortcut) {
            (Mask::All, _) => pairs.for_each(|((dx, x), g)| *dx = dx_of(*x, *g)),
            (Mask::Normalised, _) => {
                pairs.for_each(|((dx, x), g)| *dx = dx_of(*x, if by.of(*x) > 0.0 { *g } else { 0.0 }));
            }
            (Mask::Output(y), None) => pairs
                .zip(y.plane(image, channel))
                .for_each(|(((dx, x), g), y)| *dx = dx_of(*x, if *y > 0.0 { *g } else { 0.0 })),
            (Mask::Output(y), Some(shortcut)) => {
                // SAFETY: as above.
                let shortcut = unsafe { shortcut.plane(image, channel) };
                pairs.zip(y.plane(image, channel)).zip(shortcut).for_each(|((((dx, x), g), y), s)| {
                    *s = if *y > 0.0 { *g } else { 0.0 };
                    *dx = dx_of(*x, *s);
                });
            }
        }
    }
    ChannelGradient { gamma: (centred * f64::from(inverse)) as f32, beta: beta as f32 }
}

/// The gradient of [`train`]: writes that of x and, if asked, that of the shortcut; gives those of γ and β.
pub(crate) fn backward(
    (x, dy): (Planes<'_>, Planes<'_>),
    parameters: Parameters<'_>,
    (mean, variance): (&[f32], &[f32]),
    mask: Mask<'_>,
    dx: &mut [f32],
    shortcut: Option<&mut [f32]>,
) -> (Vec<f32>, Vec<f32>) {
    let dx = PlanesMut::new(dx, x.channels, x.area);
    let shortcut = shortcut.map(|shortcut| PlanesMut::new(shortcut, x.channels, x.area));
    let channel = |channel| {
        let by = parameters.channel(channel, mean[channel], variance[channel]);
        let ChannelGradient { gamma, beta } = gradient(x, dy, channel, by, mask, &dx, shortcut.as_ref());
        (gamma, beta)
    };
    (0..x.channels).into_par_iter().map(channel).unzip()
}
