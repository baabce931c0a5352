//! Defines decoded images, and what identifies them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use skipbench_models::Images;

/// Holds the images of one split: `count` images of `channels · size · size` bytes, channel planes first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// Pixels of all images.
    pub pixels: Vec<u8>,
    /// One label for each image.
    pub labels: Vec<u16>,
}

impl Split {
    /// Returns the number of images.
    pub fn count(&self) -> usize {
        self.labels.len()
    }
}

/// Holds decoded images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSet {
    /// Shape of the images and number of classes.
    pub images: Images,
    /// Training images.
    pub train: Split,
    /// Test images.
    pub test: Split,
}

impl DataSet {
    /// Returns counts, shape and SHA-256.
    pub fn summary(&self) -> Summary {
        Summary { images: self.images, train: self.train.count(), test: self.test.count(), sha256: self.sha256() }
    }

    /// Computes the SHA-256 over shape, classes and, for each split, the count, the labels (little-endian u16) and the
    /// pixels.
    fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        let Images { size, channels, classes } = self.images;
        for number in [size, channels, classes] {
            hash.update((number as u64).to_le_bytes());
        }
        for split in [&self.train, &self.test] {
            hash.update((split.count() as u64).to_le_bytes());
            for label in &split.labels {
                hash.update(label.to_le_bytes());
            }
            hash.update(&split.pixels);
        }
        crate::system::text::hex(&hash.finalize())
    }
}

/// Identifies a data set in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Shape of the images and number of classes.
    pub images: Images,
    /// Number of training images.
    pub train: usize,
    /// Number of test images.
    pub test: usize,
    /// SHA-256 of the decoded images and labels.
    pub sha256: String,
}

/// Formats `1797 training and 360 test images of 8×8×1 in 10 classes, digest 0123abcd…`.
impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { images: Images { size, channels, classes }, train, test, sha256 } = self;
        let digest: String = sha256.chars().take(12).collect();
        write!(
            f,
            "{train} training and {test} test images of {size}×{size}×{channels} in {classes} classes, digest {digest}"
        )
    }
}
