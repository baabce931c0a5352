//! What a Transformer's branch is, apart from its tensors.

/// What the tensors of a branch do not tell.
#[derive(Debug, Clone, Copy)]
pub struct Branch {
    /// What the normalization adds to the variance.
    pub epsilon: f64,
    /// Heads of attention; an MLP has none and does not ask.
    pub heads: usize,
    /// Whether x is added.
    pub skip: bool,
}
