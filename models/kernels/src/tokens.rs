//! The tokens of a Vision Transformer: a class token before the embedded patches of each image, and positions added.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use crate::math::add;
use crate::uninit::written;
use crate::work;

/// Numbers of the positions' gradient that are a task.
const PART: usize = 1 << 10;

/// The tokens, `[images, 1 + patches, width]`: `class` (`[width]`) and, behind it, `patches` (`[images, patches,
/// width]`), plus `positions` (`[1 + patches, width]`).
///
/// # Panics
/// If the slices do not fit each other.
#[must_use]
pub fn tokens(patches: &[f32], class: &[f32], positions: &[f32]) -> Vec<f32> {
    let (width, size) = (class.len(), positions.len());
    assert!(width > 0 && size > width && size.is_multiple_of(width), "{size} numbers are no positions of {width}");
    assert!(patches.len().is_multiple_of(size - width), "{} numbers are no patches for {size}", patches.len());
    let images = patches.len() / (size - width);
    work::count(0, patches.len() + images * size);
    let write = |all: &mut [MaybeUninit<f32>]| {
        all.par_chunks_mut(size).zip(patches.par_chunks(size - width)).for_each(|(to, patches)| {
            to[..width].write_copy_of_slice(class);
            to[width..].write_copy_of_slice(patches);
            // SAFETY: both parts of the image's tokens have been written.
            add(unsafe { to.assume_init_mut() }, positions);
        });
    };
    // SAFETY: there are as many images to write as to read, and each is written whole.
    unsafe { written(images * size, write) }
}

/// The gradients of patches, class token and positions, given that of the tokens, `dy`, of `size` numbers an image and
/// `width` a token.
///
/// # Panics
/// If `dy` is no whole number of images, or an image no whole number of tokens, two at least.
#[must_use]
pub fn gradient(dy: &[f32], size: usize, width: usize) -> [Vec<f32>; 3] {
    assert!(width > 0 && size > width && size.is_multiple_of(width), "{size} numbers are no tokens of {width}");
    assert!(dy.len().is_multiple_of(size), "{} numbers are no images of {size}", dy.len());
    work::count(0, 2 * dy.len());
    let write = |all: &mut [MaybeUninit<f32>]| {
        all.par_chunks_mut(size - width).zip(dy.par_chunks(size)).for_each(|(to, dy)| {
            to.write_copy_of_slice(&dy[width..]);
        });
    };
    // SAFETY: there are as many images to write as to read, and each is written whole.
    let patches = unsafe { written(dy.len() / size * (size - width), write) };
    let mut positions = vec![0.0; size];
    positions.par_chunks_mut(PART).enumerate().for_each(|(index, sums)| {
        dy.chunks_exact(size).for_each(|dy| add(sums, &dy[index * PART..][..sums.len()]));
    });
    [patches, positions[..width].to_vec(), positions]
}
