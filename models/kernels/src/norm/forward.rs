//! Normalizes batches in the forward pass.

use std::mem::MaybeUninit;

use multiversion::multiversion;
use rayon::prelude::*;

use super::sums::sum;
use super::{Channel, Epilogue, Parameters};
use crate::planes::{Planes, PlanesMut};
use crate::uninit::written;
use crate::work;

/// Returns x, or 0 where x is less. NaN stays NaN, which `max` would turn to 0: a network that diverged must show it.
#[inline(always)]
fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}

/// Returns the mean and biased variance of a channel.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn statistics(x: Planes, channel: usize) -> (f32, f32) {
    let mean = (sum(x, channel, |x| x) / x.count()) as f32;
    let squares = sum(x, channel, |x| (x - mean) * (x - mean));
    (mean, (squares / x.count()) as f32)
}

/// Writes a normalized channel to `channel` of `y`, in all of its planes.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn apply(x: Planes, channel: usize, by: Channel, epilogue: Epilogue<Planes>, y: &PlanesMut<MaybeUninit<f32>>) {
    let new = MaybeUninit::new;
    for image in 0..x.batch {
        let x = x.plane(image, channel);
        // SAFETY: a channel is one task, so no other holds its planes.
        let y = unsafe { y.plane(image, channel) };
        match epilogue {
            Epilogue::Identity => y.iter_mut().zip(x).for_each(|(y, x)| *y = new(by.of(*x))),
            Epilogue::Relu => y.iter_mut().zip(x).for_each(|(y, x)| *y = new(relu(by.of(*x)))),
            Epilogue::AddRelu(shortcut) => {
                let shortcut = shortcut.plane(image, channel);
                y.iter_mut().zip(x).zip(shortcut).for_each(|((y, x), s)| *y = new(relu(by.of(*x) + s)));
            }
        }
    }
}

/// Normalizes a channel in place: `y` holds x.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn apply_in_place(batch: usize, channel: usize, by: Channel, epilogue: Epilogue<Planes>, y: &PlanesMut) {
    for image in 0..batch {
        // SAFETY: a channel is one task, so no other holds its planes.
        let y = unsafe { y.plane(image, channel) };
        match epilogue {
            Epilogue::Identity => y.iter_mut().for_each(|y| *y = by.of(*y)),
            Epilogue::Relu => y.iter_mut().for_each(|y| *y = relu(by.of(*y))),
            Epilogue::AddRelu(shortcut) => {
                let shortcut = shortcut.plane(image, channel);
                y.iter_mut().zip(shortcut).for_each(|(y, s)| *y = relu(by.of(*y) + s));
            }
        }
    }
}

/// Normalizes by the statistics of the batch. Returns the output, of the shape of `x`, and the mean and the biased
/// variance of each channel.
///
/// # Panics
/// Panics if the shortcut has another shape than `x`, or if there are fewer parameters than channels.
pub fn train(
    x: Planes<'_>,
    parameters: Parameters<'_>,
    epilogue: Epilogue<Planes<'_>>,
) -> (Vec<f32>, (Vec<f32>, Vec<f32>)) {
    x.check_alike(if let Epilogue::AddRelu(shortcut) = &epilogue { shortcut } else { &x });
    work::count(0, (2 + epilogue.shortcuts()) * x.data.len());
    let mut found = Default::default();
    let write = |y: &mut [MaybeUninit<f32>]| {
        let y = PlanesMut::new(y, x.channels, x.area);
        let channel = |channel| {
            let (mean, variance) = statistics(x, channel);
            apply(x, channel, parameters.channel(channel, mean, variance).0, epilogue, &y);
            (mean, variance)
        };
        found = (0..x.channels).into_par_iter().map(channel).unzip();
    };
    // SAFETY: there are as many numbers as in x, and every channel is applied.
    let y = unsafe { written(x.data.len(), write) };
    (y, found)
}

/// Normalizes in place by given statistics, a mean and a variance for each channel. `y`, of `shape` `[batch, channels,
/// area]`, holds the input and is overwritten with the output.
///
/// # Panics
/// Panics if `y` or the shortcut has another shape, or if there are fewer parameters or statistics than channels.
pub fn infer(
    shape: [usize; 3],
    y: &mut [f32],
    parameters: Parameters<'_>,
    (mean, variance): (&[f32], &[f32]),
    epilogue: Epilogue<Planes<'_>>,
) {
    let [batch, channels, area] = shape;
    assert_eq!(y.len(), batch * channels * area, "activations of another shape");
    if let Epilogue::AddRelu(shortcut) = &epilogue {
        assert_eq!([shortcut.batch, shortcut.channels, shortcut.area], shape, "activations of two shapes");
    }
    work::count(0, (2 + epilogue.shortcuts()) * y.len());
    let y = PlanesMut::new(y, channels, area);
    (0..channels).into_par_iter().for_each(|channel| {
        let by = parameters.channel(channel, mean[channel], variance[channel]).0;
        apply_in_place(batch, channel, by, epilogue, &y);
    });
}

/// Returns the mean and the biased variance of each channel.
pub fn batch_statistics(x: Planes<'_>) -> (Vec<f32>, Vec<f32>) {
    work::count(0, x.data.len());
    (0..x.channels).into_par_iter().map(|channel| statistics(x, channel)).unzip()
}

/// Normalizes the first channels of `x` by given statistics and applies ReLU. It takes as many channels as there are
/// parameters.
///
/// # Panics
/// Panics if `x` has fewer channels, or if there are fewer statistics.
pub fn normalize_relu(x: Planes<'_>, parameters: Parameters<'_>, (mean, variance): (&[f32], &[f32])) -> Vec<f32> {
    let channels = parameters.gamma.len();
    work::count(0, 2 * x.batch * channels * x.area);
    let write = |y: &mut [MaybeUninit<f32>]| {
        let y = PlanesMut::new(y, channels, x.area);
        (0..channels).into_par_iter().for_each(|channel| {
            let by = parameters.channel(channel, mean[channel], variance[channel]).0;
            apply(x, channel, by, Epilogue::Relu, &y);
        });
    };
    // SAFETY: there are so many channels, and every one is applied.
    unsafe { written(x.batch * channels * x.area, write) }
}
