//! Makes batches on the host: order, augmentation and normalization, all from the seed, and the same for every family.

use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{DataSet, Split};

/// Says how training images are augmented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Augment {
    /// Zeros added on every side before a random crop of the original size; with 0 there is no crop.
    pub pad: usize,
    /// Whether every second image, at random, is mirrored.
    pub flip: bool,
}

impl Augment {
    /// Leaves images unchanged.
    pub const NONE: Augment = Augment { pad: 0, flip: false };
}

/// Holds the mean and standard deviation of each channel over the training images.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalization {
    mean: Vec<f32>,
    deviation: Vec<f32>,
}

impl Normalization {
    /// Measures the training images. A channel that never varies is divided by 1.
    pub fn of(data: &DataSet) -> Self {
        let plane = data.images.size * data.images.size;
        let (mut mean, mut deviation) = (Vec::new(), Vec::new());
        for channel in 0..data.images.channels {
            let planes = data.train.pixels.chunks_exact(plane).skip(channel).step_by(data.images.channels);
            let (mut count, mut sum, mut squares) = (0u64, 0u64, 0u64);
            for pixel in planes.flatten() {
                count += 1;
                sum += u64::from(*pixel);
                squares += u64::from(*pixel) * u64::from(*pixel);
            }
            let average = sum as f64 / count.max(1) as f64;
            let variance = squares as f64 / count.max(1) as f64 - average * average;
            mean.push(average as f32);
            deviation.push(if variance > 0.0 { variance.sqrt() as f32 } else { 1.0 });
        }
        Self { mean, deviation }
    }

    /// Returns what networks trained on ImageNet in PyTorch expect: means 0.485, 0.456, 0.406 and deviations 0.229,
    /// 0.224, 0.225 of colors from 0 to 1 (torchvision, `transforms/_presets.py`).
    pub fn imagenet() -> Self {
        let of_bytes = |shares: [f32; 3]| shares.map(|share| share * 255.0).to_vec();
        Self { mean: of_bytes([0.485, 0.456, 0.406]), deviation: of_bytes([0.229, 0.224, 0.225]) }
    }
}

/// Makes batches of one data set.
#[derive(Debug, Clone)]
pub struct Batches<'a> {
    data: &'a DataSet,
    normalization: Normalization,
    size: usize,
}

impl<'a> Batches<'a> {
    /// Makes batches of `size` images, normalized by the training images.
    pub fn new(data: &'a DataSet, size: usize) -> Self {
        Self::with(data, size, Normalization::of(data))
    }

    /// Makes batches of `size` images. `normalization` has as many channels as they do.
    pub fn with(data: &'a DataSet, size: usize, normalization: Normalization) -> Self {
        Self { data, normalization, size }
    }

    /// Returns the steps of a training epoch. Only whole batches count, so every step has the same shape. There are
    /// none if there are fewer images than a batch takes, which `Cell::check` refuses.
    pub fn steps(&self) -> usize {
        Self::steps_of(self.data, self.size)
    }

    /// Returns [`steps`](Self::steps) without making batches.
    pub fn steps_of(data: &DataSet, size: usize) -> usize {
        data.train.count() / size
    }

    /// Returns the training images of one epoch, shuffled and augmented from `(seed, epoch)` alone. Any epoch can be
    /// replayed without the ones before it, and every family sees the same pixels in the same order.
    pub fn train(&self, seed: u64, epoch: u64, augment: Augment) -> TrainBatches<'_> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(epoch);
        let mut order: Vec<usize> = (0..self.data.train.count()).collect();
        order.shuffle(&mut rng);
        TrainBatches { batches: self, order, next: 0, rng, augment }
    }

    /// Returns all test images in order. The last batch may be smaller.
    pub fn test(&self) -> impl Iterator<Item = Batch> + '_ {
        let count = self.data.test.count();
        (0..count).step_by(self.size).map(move |start| {
            let indices: Vec<usize> = (start..(start + self.size).min(count)).collect();
            self.batch(&self.data.test, &indices, |_| (0, 0, false))
        })
    }

    /// Returns one unaugmented training batch, on which timed steps work. If there are too few images it repeats them,
    /// which changes neither the work nor the memory.
    pub fn fixed(&self) -> Batch {
        let indices: Vec<usize> = (0..self.size).map(|index| index % self.data.train.count()).collect();
        self.batch(&self.data.train, &indices, |_| (0, 0, false))
    }

    fn batch(&self, split: &Split, indices: &[usize], mut vary: impl FnMut(usize) -> (isize, isize, bool)) -> Batch {
        let images = self.data.images;
        let plane = images.size * images.size;
        let mut pixels = vec![0.0; indices.len() * images.channels * plane];
        for (slot, &index) in indices.iter().enumerate() {
            let variation = vary(index);
            for channel in 0..images.channels {
                let at = |image: usize| (image * images.channels + channel) * plane;
                let source = &split.pixels[at(index)..at(index) + plane];
                let target = &mut pixels[at(slot)..at(slot) + plane];
                self.place(source, target, channel, variation);
            }
        }
        let labels = indices.iter().map(|&index| i64::from(split.labels[index])).collect();
        Batch { pixels, labels, shape: [indices.len(), images.channels, images.size, images.size] }
    }

    /// Places one channel, shifted, perhaps mirrored, and normalized. What is shifted in is 0, the mean after
    /// normalization.
    fn place(&self, source: &[u8], target: &mut [f32], channel: usize, (down, right, flip): (isize, isize, bool)) {
        let size = self.data.images.size as isize;
        let (mean, scale) = (self.normalization.mean[channel], 1.0 / self.normalization.deviation[channel]);
        for row in 0..size {
            for column in 0..size {
                let (from_row, moved) = (row + down, column + right);
                let from_column = if flip { size - 1 - moved } else { moved };
                if (0..size).contains(&from_row) && (0..size).contains(&from_column) {
                    let pixel = f32::from(source[(from_row * size + from_column) as usize]);
                    target[(row * size + column) as usize] = (pixel - mean) * scale;
                }
            }
        }
    }
}

/// The batches of one training epoch.
pub struct TrainBatches<'a> {
    batches: &'a Batches<'a>,
    order: Vec<usize>,
    next: usize,
    rng: ChaCha8Rng,
    augment: Augment,
}

impl Iterator for TrainBatches<'_> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        if self.next >= self.batches.steps() {
            return None;
        }
        let start = self.next * self.batches.size;
        self.next += 1;
        let end = start + self.batches.size;
        let (rng, pad, flip) = (&mut self.rng, self.augment.pad as i32, self.augment.flip);
        let shift = |rng: &mut ChaCha8Rng| if pad > 0 { rng.random_range(-pad..=pad) as isize } else { 0 };
        let vary = |_| (shift(rng), shift(rng), flip && rng.random());
        Some(self.batches.batch(&self.batches.data.train, &self.order[start..end], vary))
    }
}

/// Holds normalized images and their labels, on the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// `[batch, channels, size, size]`, row-major.
    pub pixels: Vec<f32>,
    /// One class for each image.
    pub labels: Vec<i64>,
    /// Shape of `pixels`.
    pub shape: [usize; 4],
}

impl Batch {
    /// Sends the batch to `device`: images `[batch, channels, size, size]`, labels `[batch]`.
    pub fn into_tensors(self, device: &Device) -> (Tensor<4>, Tensor<1, Int>) {
        let labels = TensorData::new(self.labels, [self.shape[0]]);
        let pixels = TensorData::new(self.pixels, self.shape);
        (Tensor::from_data(pixels, device), Tensor::from_data(labels, device))
    }
}
