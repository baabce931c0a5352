//! Batches: their order, augmentation and normalization.

use skipbench::internals::data::{Augment, Batches, DataSet, Source};

fn ramp() -> DataSet {
    let mut data = Source::Digits.load().expect("embedded");
    data.train.labels.truncate(40);
    data.train.pixels = (0..40 * 64).map(|index| (index % 64) as u8).collect();
    data
}

#[test]
fn one_seed_and_epoch_is_one_order_and_one_augmentation() {
    let data = Source::Digits.load().expect("embedded");
    let batches = Batches::new(&data, 64);
    let augment = Augment { pad: 1, flip: true };
    let epoch = |seed, epoch| batches.train(seed, epoch, augment).collect::<Vec<_>>();
    assert_eq!(epoch(1, 3), epoch(1, 3));
    assert_ne!(epoch(1, 3), epoch(1, 4));
    assert_ne!(epoch(1, 3), epoch(2, 3));
    assert_eq!(epoch(1, 1).len(), 9, "whole batches only");
}

#[test]
fn an_epoch_shows_every_image_at_most_once() {
    let data = Source::Digits.load().expect("embedded");
    let batches = Batches::new(&data, 199);
    let mut shown: Vec<Vec<u32>> = batches
        .train(5, 1, Augment::NONE)
        .flat_map(|batch| {
            batch.pixels.chunks(64).map(|image| image.iter().map(|value| value.to_bits()).collect()).collect::<Vec<_>>()
        })
        .collect();
    let count = shown.len();
    assert_eq!(count, 597);
    shown.sort();
    shown.dedup();
    let mut all: Vec<Vec<u8>> = data.train.pixels.chunks(64).map(<[u8]>::to_vec).collect();
    all.sort();
    all.dedup();
    assert_eq!(shown.len(), all.len());
}

#[test]
fn training_images_are_normalized_to_mean_0_and_deviation_1() {
    let data = Source::Digits.load().expect("embedded");
    let values: Vec<f32> = Batches::new(&data, 597).fixed().pixels;
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / values.len() as f32;
    assert!(mean.abs() < 1e-3 && (variance - 1.0).abs() < 1e-3, "{mean} {variance}");
}

/// The ramp rises by one from pixel to pixel, so a shift by (down, right) adds 8·down + right everywhere inside.
#[test]
fn a_shift_moves_the_image_and_fills_with_the_mean() {
    let data = ramp();
    let batches = Batches::new(&data, 40);
    let original = batches.fixed().pixels[..64].to_vec();
    let step = original[1] - original[0];
    for image in batches.train(1, 1, Augment { pad: 1, flip: false }).next().expect("one batch").pixels.chunks(64) {
        let moved = ((image[27] - original[27]) / step).round() as i32;
        let (down, right) = ((moved + 1).div_euclid(8), (moved + 1).rem_euclid(8) - 1);
        assert!((-1..=1).contains(&down) && (-1..=1).contains(&right), "shift {moved}");
        let corner = if down == 0 && right == 0 {
            continue;
        } else {
            (if down < 0 { 0 } else { 7 }, if right < 0 { 0 } else { 7 })
        };
        assert_eq!(image[corner.0 * 8 + corner.1], 0.0, "shift ({down}, {right}) leaves a corner empty");
    }
}

#[test]
fn test_batches_hold_every_image_in_order() {
    let data = Source::Digits.load().expect("embedded");
    let labels: Vec<i64> = Batches::new(&data, 500).test().flat_map(|batch| batch.labels).collect();
    assert_eq!(labels, data.test.labels.iter().map(|label| i64::from(*label)).collect::<Vec<_>>());
}
