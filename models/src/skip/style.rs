//! Defines the styles by name, and what the network around a join must know of each.
//!
//! Every question is answered by a match that names every style. A new style does not compile until it has answered.

use serde::{Deserialize, Serialize};

/// Names how a block joins its input `x` with its branch's output `F(x)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Skip {
    /// `y = F(x)`: a plain network.
    None,
    /// `y = x + F(x)`: ResNet, He et al. 2015, arXiv:1512.03385, eq. 1; also both skips of a Transformer block.
    Add,
    /// `y = [x, F(x)]` along channels, or the width of tokens: DenseNet, Huang et al. 2016, arXiv:1608.06993, eq. 2.
    ///
    /// Applied recursively, `[[x0, x1], x2] = [x0, x1, x2]`, which is the paper's dense connectivity. Every layer
    /// therefore copies the whole prefix once more.
    Concat,
    /// `y = x + a·F(x)` with one learned number a that starts at 0: SkipInit, De and Smith 2020, arXiv:2002.10444;
    /// ReZero, Bachlechner et al. 2020, arXiv:2003.04887, eq. 1.
    Scaled,
    /// `y = x + b·F(x)`, where b is 1 with probability p and otherwise 0, drawn once per step and branch; p·F(x)
    /// outside training. p falls linearly from 1 to 0.5 at the last branch: stochastic depth, Huang et al. 2016,
    /// arXiv:1603.09382, eqs. 2, 4 and 5.
    Stochastic,
    /// `y = T(x)·F(x) + (1 − T(x))·x`, where T is a linear map of each position's features and a sigmoid with a bias
    /// that starts at −2: Highway, Srivastava et al. 2015, arXiv:1505.00387, eq. 3.
    Gated,
    /// `y_i = Σ_j α_ij·x_j` over the outputs of every block so far, `x_j = y_{j−1} + F(y_{j−1})`, and the stage's input
    /// x_0. α_ii starts at 1 and the others at 0: DenseFormer, Pagliardini et al. 2024, arXiv:2402.02622, eq. 2.
    Weighted,
    /// Two streams with learned (static) numbers: each block reads one mix of them, writes to another, and mixes them
    /// as well. These are the hyper-connections of Zhu et al. 2024, arXiv:2409.19606, eqs. 2 to 5 and 14.
    Hyper,
    /// [`Skip::Hyper`] with a doubly stochastic mixing matrix: manifold-constrained hyper-connections, Xie et al. 2025,
    /// arXiv:2512.24880.
    Constrained,
    /// `y = x + a·F(x)` without normalization. F's last convolution starts at 0 and a at 1, the others are scaled by
    /// the number of blocks, and F has scalar shifts: Fixup, Zhang et al. 2019, arXiv:1901.09321, §3.
    Fixup,
    /// `y_i = a_i·(y_{i−1} + F(y_{i−1})) + b_i·x_0` with the embedding x_0. a starts at 1 and b at 0: Jordan et al.
    /// 2024, modded-nanogpt.
    X0,
    /// `y_i = Σ_j α_ij·F_j` over the embedding and the outputs of every branch so far, where α is a softmax over depth
    /// for each position. All α start equal: attention residuals, Kimi Team 2026, arXiv:2603.15031.
    Attend,
    /// `y = x + F(x)`, where attention mixes the first block's values with its own. Both weights start at ½: value
    /// residual learning, Zhou et al. 2024, arXiv:2410.17897.
    Value,
}

impl Skip {
    /// Every style, plain first.
    pub const ALL: [Skip; 13] = [
        Skip::None,
        Skip::Add,
        Skip::Concat,
        Skip::Scaled,
        Skip::Stochastic,
        Skip::Gated,
        Skip::Weighted,
        Skip::Hyper,
        Skip::Constrained,
        Skip::Fixup,
        Skip::X0,
        Skip::Attend,
        Skip::Value,
    ];

    /// Returns the styles that the controlled backbone takes.
    pub fn of_backbones() -> impl Iterator<Item = Skip> {
        Skip::ALL.into_iter().filter(|skip| skip.is_of_backbones())
    }

    /// Returns the styles that a Transformer takes.
    pub fn of_transformers() -> impl Iterator<Item = Skip> {
        Skip::ALL.into_iter().filter(|skip| skip.is_of_transformers())
    }

    /// Returns whether the controlled backbone takes the style.
    pub(crate) fn is_of_backbones(self) -> bool {
        match self {
            Skip::None | Skip::Add | Skip::Concat | Skip::Scaled | Skip::Stochastic | Skip::Gated => true,
            Skip::Weighted | Skip::Hyper | Skip::Constrained | Skip::Fixup => true,
            // A stage has no embedding of its shape, and a convolution no values.
            Skip::X0 | Skip::Attend | Skip::Value => false,
        }
    }

    /// Returns whether a Transformer takes the style.
    pub(crate) fn is_of_transformers(self) -> bool {
        match self {
            Skip::None | Skip::Add | Skip::Concat | Skip::Scaled | Skip::Stochastic | Skip::Gated => true,
            Skip::Weighted | Skip::Hyper | Skip::Constrained | Skip::X0 | Skip::Attend | Skip::Value => true,
            // It is made of what stands in for BatchNorm.
            Skip::Fixup => false,
        }
    }

    /// Returns the channels after the join, given those of `x` and of `F(x)`.
    pub(crate) fn channels(self, x: usize, fx: usize) -> usize {
        if self.concatenates() { x + fx } else { fx }
    }

    /// Returns whether a block's output is wider than its input, by the channels of F(x).
    pub fn concatenates(self) -> bool {
        match self {
            Skip::Concat => true,
            Skip::None | Skip::Add | Skip::Scaled | Skip::Stochastic | Skip::Gated => false,
            Skip::Weighted | Skip::Hyper | Skip::Constrained | Skip::Fixup => false,
            Skip::X0 | Skip::Attend | Skip::Value => false,
        }
    }

    /// Returns whether joins read more of what came before than the last join's output, as a list that grows.
    pub(crate) fn remembers(self) -> bool {
        match self {
            Skip::Weighted | Skip::X0 | Skip::Attend => true,
            Skip::None | Skip::Add | Skip::Concat | Skip::Scaled | Skip::Stochastic | Skip::Gated => false,
            Skip::Hyper | Skip::Constrained | Skip::Fixup | Skip::Value => false,
        }
    }

    /// Returns whether the style itself keeps the scale of branches, which then have no BatchNorm.
    pub(crate) fn replaces_batch_norm(self) -> bool {
        match self {
            Skip::Fixup => true,
            Skip::None | Skip::Add | Skip::Concat | Skip::Scaled | Skip::Stochastic => false,
            Skip::Gated | Skip::Weighted | Skip::Hyper | Skip::Constrained => false,
            Skip::X0 | Skip::Attend | Skip::Value => false,
        }
    }

    /// Returns whether a training step leaves blocks out by chance.
    pub(crate) fn leaves_blocks_out(self) -> bool {
        match self {
            Skip::Stochastic => true,
            Skip::None | Skip::Add | Skip::Concat | Skip::Scaled | Skip::Gated => false,
            Skip::Weighted | Skip::Hyper | Skip::Constrained | Skip::Fixup => false,
            Skip::X0 | Skip::Attend | Skip::Value => false,
        }
    }

    /// Returns the word used in specs, names and rows, such as `none`, `add` or `concat`.
    pub fn word(self) -> &'static str {
        match self {
            Skip::None => "none",
            Skip::Add => "add",
            Skip::Concat => "concat",
            Skip::Scaled => "scaled",
            Skip::Stochastic => "stochastic",
            Skip::Gated => "gated",
            Skip::Weighted => "weighted",
            Skip::Hyper => "hyper",
            Skip::Constrained => "constrained",
            Skip::Fixup => "fixup",
            Skip::X0 => "x0",
            Skip::Attend => "attend",
            Skip::Value => "value",
        }
    }
}

impl std::fmt::Display for Skip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::Skip;

    #[test]
    fn all_styles_are_in_the_list_once_each() {
        let place = |skip| match skip {
            Skip::None => 0,
            Skip::Add => 1,
            Skip::Concat => 2,
            Skip::Scaled => 3,
            Skip::Stochastic => 4,
            Skip::Gated => 5,
            Skip::Weighted => 6,
            Skip::Hyper => 7,
            Skip::Constrained => 8,
            Skip::Fixup => 9,
            Skip::X0 => 10,
            Skip::Attend => 11,
            Skip::Value => 12,
        };
        assert!(Skip::ALL.into_iter().map(place).eq(0..13));
    }
}
