//! Describes the shape of the images that a network classifies.

use serde::{Deserialize, Serialize};

use crate::error::{LARGEST, MOST_CLASSES, SpecError};

/// Describes the images that a network classifies: square, and all of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// Side in pixels.
    pub size: usize,
    /// Number of channels: 1 (gray) or 3 (RGB).
    pub channels: usize,
    /// Number of classes.
    pub classes: usize,
}

impl Images {
    /// CIFAR-10 has 32×32 pixels, RGB and 10 classes.
    pub const CIFAR10: Images = Images { size: 32, channels: 3, classes: 10 };
    /// ImageNet has 224×224 pixels, RGB and 1000 classes.
    pub const IMAGENET: Images = Images { size: 224, channels: 3, classes: 1000 };
    /// UCI handwritten digits have 8×8 pixels, gray, and 10 classes.
    pub const DIGITS: Images = Images { size: 8, channels: 1, classes: 10 };
}

impl Images {
    /// # Errors
    /// Returns an error for a side, channels or classes that no network here takes.
    pub fn check(&self) -> Result<(), SpecError> {
        SpecError::unless_within("size", self.size, LARGEST)?;
        SpecError::unless_within("channels", self.channels, 3)?;
        SpecError::unless_within("classes", self.classes, MOST_CLASSES)
    }
}

impl std::fmt::Display for Images {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{0}×{0}×{1}, {2} classes", self.size, self.channels, self.classes)
    }
}
