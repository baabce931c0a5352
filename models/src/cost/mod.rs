//! Computes what a network costs from its configuration alone: parameters, multiply-accumulates, activation bytes and
//! the bytes that automatic differentiation keeps for the backward pass. A [`CostTrace`](trace::CostTrace) adds them
//! up.
//!
//! The shape of a convolution, [`Conv`](skipbench_ops::Conv), is defined in `skipbench-ops`, because its operation of a
//! whole dense block needs it too.

pub(crate) mod trace;

use serde::Serialize;

/// Holds what a layer or a network costs. All fields except `params` are for one image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Number of trainable parameters.
    pub params: u64,
    /// Multiply-accumulates of convolutions, linear layers and attention's two products; one MAC is two FLOPs.
    pub macs: u64,
    /// Bytes of every operation's output in f32: what a forward pass writes.
    pub activation_bytes: u64,
    /// Bytes that automatic differentiation keeps from the forward pass for the backward pass, each tensor once. Where
    /// no [`Execution`](crate::Execution) is given, they are those of this crate's kernels with naive memory.
    pub saved_bytes: u64,
    /// Bytes that a forward pass moves if every operation runs by itself: each input read once, each output written
    /// once. Weights, which are read once per batch, are not included.
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

/// Returns the cost of a whole network.
pub fn total(layers: &[Layer]) -> Cost {
    let mut total = Cost::default();
    for layer in layers {
        total += layer.cost;
    }
    total
}
