//! What a network costs, from its configuration alone: parameters, multiply-accumulates, activation bytes and the bytes
//! that automatic differentiation keeps for the backward pass. The crate's tape adds them up.

use serde::Serialize;

use crate::error::{LARGEST, MOST_CLASSES, SpecError};

/// The images that a network classifies: square, all of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// Side in pixels.
    pub size: usize,
    /// 1 (gray) or 3 (RGB).
    pub channels: usize,
    /// Number of classes.
    pub classes: usize,
}

impl Images {
    /// CIFAR-10: 32×32, RGB, 10 classes.
    pub const CIFAR10: Images = Images { size: 32, channels: 3, classes: 10 };
    /// ImageNet: 224×224, RGB, 1000 classes.
    pub const IMAGENET: Images = Images { size: 224, channels: 3, classes: 1000 };
    /// UCI handwritten digits: 8×8, gray, 10 classes.
    pub const DIGITS: Images = Images { size: 8, channels: 1, classes: 10 };
}

impl Images {
    /// # Errors
    /// A side, channels or classes that no network here takes.
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

/// What a layer or a network costs. All but `params` are for one image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Trainable parameters.
    pub params: u64,
    /// Multiply-accumulates of convolutions, linear layers and attention's two products; one MAC is two FLOPs.
    pub macs: u64,
    /// Bytes of every operation's output in f32: what a forward pass writes.
    pub activation_bytes: u64,
    /// Bytes that automatic differentiation keeps from the forward for the backward pass, each tensor once: by this
    /// crate's kernels with naive memory where no [`Execution`](crate::Execution) is given.
    pub saved_bytes: u64,
    /// Bytes that a forward pass moves where every operation runs by itself: each input read once, each output written
    /// once. Weights, read once a batch, are not among them.
    pub traffic_bytes: u64,
    /// The part of `traffic_bytes` that belongs to joins: what the skip style itself moves.
    pub join_bytes: u64,
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.params = self.params.saturating_add(other.params);
        self.macs = self.macs.saturating_add(other.macs);
        self.activation_bytes = self.activation_bytes.saturating_add(other.activation_bytes);
        self.saved_bytes = self.saved_bytes.saturating_add(other.saved_bytes);
        self.traffic_bytes = self.traffic_bytes.saturating_add(other.traffic_bytes);
        self.join_bytes = self.join_bytes.saturating_add(other.join_bytes);
    }
}

/// One line of a network's layer table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// Path in the network, such as `stage2.block1.2`.
    pub name: String,
    /// Its operations in order, such as `conv3×3/2 bn relu`.
    pub kind: String,
    /// Output shape for one image: `[channels, height, width]`, `[tokens, width]` or `[width]`.
    pub shape: Vec<usize>,
    /// Its cost.
    pub cost: Cost,
}

/// The cost of a whole network.
pub fn total(layers: &[Layer]) -> Cost {
    let mut total = Cost::default();
    for layer in layers {
        total += layer.cost;
    }
    total
}
