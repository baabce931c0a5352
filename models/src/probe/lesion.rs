//! Describes lesions of a network: a block is left out, or two blocks change places.
//!
//! The source is Veit, Wilber and Belongie 2016, "Residual Networks Behave Like Ensembles of Relatively Shallow
//! Networks", arXiv:1605.06431, §4.

use super::{At, Probe};

/// Says what a lesion does to its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LesionKind {
    /// The branch is left out. Then `y = x`, or x through the shortcut where the shape changes; `y = [x, 0]` where F(x)
    /// is appended. Where several streams or past blocks are mixed, it is as if F(x) were 0.
    Delete,
    /// The block changes places with the next block of its stage.
    Swap,
}

/// A lesion of one block. [`Model::lesions`](crate::Model::lesions) lists those that a network can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lesion {
    /// What is done to the block.
    pub kind: LesionKind,
    /// The block that it is done to.
    pub at: At,
    /// Number of the same block, counted from 1 through the whole network.
    pub number: usize,
}

impl Probe for Lesion {
    fn block_at(&self, at: At) -> Option<usize> {
        let next = self.at.block + 1;
        match (self.kind, at.stage == self.at.stage) {
            (LesionKind::Delete, true) if at.block == self.at.block => None,
            (LesionKind::Swap, true) if at.block == self.at.block => Some(next),
            (LesionKind::Swap, true) if at.block == next => Some(self.at.block),
            _ => Some(at.block),
        }
    }
}

/// A place where a lesion can be: a block, and what it can take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LesionSite {
    pub(crate) at: At,
    /// Whether the block can be left out.
    pub(crate) deletable: bool,
    /// Whether the block can change places with the next block of its stage.
    pub(crate) swappable: bool,
}

/// Returns every possible lesion of `blocks`, which are all of a network's blocks in order.
pub(crate) fn lesions(blocks: &[LesionSite]) -> Vec<Lesion> {
    let of = |number: usize, block: &LesionSite| {
        let at = block.at;
        let delete = block.deletable.then_some(Lesion { kind: LesionKind::Delete, at, number });
        let swap = block.swappable.then_some(Lesion { kind: LesionKind::Swap, at, number });
        [delete, swap].into_iter().flatten().collect::<Vec<_>>()
    };
    (1..).zip(blocks).flat_map(|(number, block)| of(number, block)).collect()
}
