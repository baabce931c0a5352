//! The subject of the project: what a block does with its input once F(x) is known.
//!
//! Nothing else in the controlled backbone differs between two members of a matched group.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// How a block joins its input `x` with its branch's output `F(x)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Skip {
    /// `y = F(x)`: a plain network.
    None,
    /// `y = x + F(x)`: ResNet, He et al. 2015, arXiv:1512.03385, eq. 1; also both skips of a Transformer block.
    Add,
    /// `y = [x, F(x)]` along channels: DenseNet, Huang et al. 2016, arXiv:1608.06993, eq. 2.
    ///
    /// Applied recursively, `[[x0, x1], x2] = [x0, x1, x2]`, which is the paper's dense connectivity. Every layer
    /// therefore copies the whole prefix once more.
    Concat,
}

impl Skip {
    /// Every style, plain first.
    pub const ALL: [Skip; 3] = [Skip::None, Skip::Add, Skip::Concat];

    /// Joins `x` and `fx`.
    ///
    /// # Shapes
    /// - `x`: `[batch, channels, …]`
    /// - `fx`: the same for [`Skip::Add`]; the same but for channels for [`Skip::Concat`]; anything for [`Skip::None`]
    pub fn join<const D: usize>(self, x: Tensor<D>, fx: Tensor<D>) -> Tensor<D> {
        match self {
            Skip::None => fx,
            Skip::Add => x + fx,
            Skip::Concat => Tensor::cat(vec![x, fx], 1),
        }
    }

    /// Channels after the join, given those of `x` and of `F(x)`.
    pub fn channels(self, x: usize, fx: usize) -> usize {
        match self {
            Skip::None | Skip::Add => fx,
            Skip::Concat => x + fx,
        }
    }

    /// The word used in specs, names and rows: `none`, `add` or `concat`.
    pub fn word(self) -> &'static str {
        match self {
            Skip::None => "none",
            Skip::Add => "add",
            Skip::Concat => "concat",
        }
    }
}

impl std::fmt::Display for Skip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
