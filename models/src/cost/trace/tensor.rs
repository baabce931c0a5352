//! Describes a tensor of a [`CostTrace`](super::CostTrace).

/// Bytes of one f32.
pub(super) const F32: u64 = 4;

/// A tensor of a trace. It has its shape for one image and an identity, by which a tensor saved twice counts once.
#[derive(Debug, Clone)]
pub(crate) struct TracedTensor {
    pub(super) id: usize,
    pub(super) shape: Vec<usize>,
}

impl TracedTensor {
    /// Returns the channels of a feature map, or the width of tokens or a vector.
    pub(crate) fn channels(&self) -> usize {
        self.shape[self.features_axis()]
    }

    /// Returns the axis of the shape along which features are.
    pub(super) fn features_axis(&self) -> usize {
        if self.is_tokens() { 1 } else { 0 }
    }

    /// Returns whether the tensor is tokens, `[tokens, width]`.
    pub(super) fn is_tokens(&self) -> bool {
        self.shape.len() == 2
    }

    pub(super) fn elements(&self) -> u64 {
        self.shape.iter().map(|&n| n as u64).product()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.elements() * F32
    }
}
