//! Looks into a network while it runs: it sees tensors and weights by name, and blocks can be left out or change
//! places.
//!
//! A [`Probe`] follows a forward pass ([`Model::forward_probed`](crate::Model::forward_probed)). The plain forward pass
//! is the same code with [`Unprobed`], whose empty methods the compiler removes.

mod gradients;
mod lesion;

use std::fmt;

use burn::module::Param;
use burn::tensor::Tensor;

pub use gradients::{GradientProbe, Gradients};
pub use lesion::{Lesion, LesionKind};
pub(crate) use lesion::{LesionSite, lesions};

/// Names a block of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At {
    /// Stage, from 1; 0 in a Transformer, which has no stages.
    pub stage: usize,
    /// Place in its stage, from 1.
    pub block: usize,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stage {
            0 => write!(f, "block{}", self.block),
            stage => write!(f, "stage{stage}.block{}", self.block),
        }
    }
}

/// Names the branch that a convolution belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BranchPosition {
    /// The branch of a block.
    Block(At),
    /// The branch of a transition, counted from 1.
    Transition(usize),
}

impl fmt::Display for BranchPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BranchPosition::Block(at) => write!(f, "{at}"),
            BranchPosition::Transition(index) => write!(f, "transition{index}"),
        }
    }
}

/// Names a place where a probe looks. As text, it is the layer's name in the table of
/// [`ModelSpec::layers`](crate::ModelSpec::layers). Inputs, branches and a Transformer's blocks are exceptions, because
/// that table has no lines for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProbePoint {
    /// The first convolution, and what leaves the stem.
    Stem,
    /// A Transformer's patch embedding (weight).
    Patches,
    /// A Transformer's tokens with class token and positions, before the first block.
    Tokens,
    /// What a block's branch reads: x.
    Input(At),
    /// A convolution, from 1 (weight).
    Conv(BranchPosition, usize),
    /// The projection of a shortcut (weight).
    Shortcut(At),
    /// What a block's branch outputs: F(x).
    Branch(At),
    /// What leaves a block: y.
    Output(At),
    /// What leaves a transition, counted from 1.
    Transition(usize),
    /// Queries, keys and values of attention, side by side: `[width, 3·width]` (weight).
    Qkv(At),
    /// What attention outputs before its skip, and its output projection (weight).
    Attention(At),
    /// The MLP's first linear layer (weight).
    Up(At),
    /// What the MLP outputs before its skip, and its second linear layer (weight).
    Mlp(At),
    /// The classifier (weight).
    Head,
}

impl fmt::Display for ProbePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProbePoint::Stem => f.write_str("stem"),
            ProbePoint::Patches => f.write_str("patches"),
            ProbePoint::Tokens => f.write_str("tokens"),
            ProbePoint::Input(at) => write!(f, "{at}.input"),
            ProbePoint::Conv(position, index) => write!(f, "{position}.{index}"),
            ProbePoint::Shortcut(at) => write!(f, "{at}.shortcut"),
            ProbePoint::Branch(at) => write!(f, "{at}.branch"),
            ProbePoint::Output(at) if at.stage == 0 => write!(f, "{at}"),
            ProbePoint::Output(at) => write!(f, "{at}.join"),
            ProbePoint::Transition(index) => write!(f, "transition{index}"),
            ProbePoint::Qkv(at) => write!(f, "{at}.attention.qkv"),
            ProbePoint::Attention(at) => write!(f, "{at}.attention"),
            ProbePoint::Up(at) => write!(f, "{at}.mlp.up"),
            ProbePoint::Mlp(at) => write!(f, "{at}.mlp"),
            ProbePoint::Head => f.write_str("head"),
        }
    }
}

/// Follows a forward pass. Every method does nothing unless it is implemented.
pub trait Probe {
    /// Whether it looks at all. What only probes need is computed only if so.
    const LOOKS: bool = true;

    /// Sees a tensor. The tensor that it returns takes its place.
    fn tensor<const D: usize>(&mut self, _point: ProbePoint, x: Tensor<D>) -> Tensor<D> {
        x
    }

    /// Sees a weight of a convolution or linear layer just before it is used, so that they come in order from the
    /// images on.
    fn weight<const D: usize>(&mut self, _point: ProbePoint, _weight: &Param<Tensor<D>>) {}

    /// Returns which block of the stage, from 1, works in the place of `at`. `None` leaves the place empty.
    fn block_at(&self, at: At) -> Option<usize> {
        Some(at.block)
    }
}

/// The probe that sees nothing.
#[derive(Debug, Clone, Copy)]
pub struct Unprobed;

impl Probe for Unprobed {
    const LOOKS: bool = false;
}

/// Turns feature maps or tokens into a list of feature vectors.
///
/// # Shapes
/// - `x`: `[batch, channels, …]` of rank 4 or more, or `[batch, tokens, channels]`
/// - output: `[batch · pixels, channels]`
pub fn features<const D: usize>(x: Tensor<D>) -> Tensor<2> {
    let dims = x.dims();
    let (batch, total) = (dims[0], dims.iter().product::<usize>());
    if D <= 3 {
        let channels = dims[D - 1];
        return x.reshape([total / channels.max(1), channels]);
    }
    let channels = dims[1];
    let pixels = total / (batch * channels).max(1);
    x.reshape([batch, channels, pixels]).swap_dims(1, 2).reshape([batch * pixels, channels])
}
