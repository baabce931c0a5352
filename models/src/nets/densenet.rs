//! Defines densely connected networks.
//!
//! The source is Huang, Liu, van der Maaten, Weinberger 2016, "Densely Connected Convolutional Networks",
//! arXiv:1608.06993. A layer is `x_l = H_l([x_0, …, x_{l-1}])`, eq. 2, here as the recursion `y = [x, F(x)]` of
//! [`Skip::Concat`]. F is BN–ReLU–3×3 (basic) or BN–ReLU–1×1–BN–ReLU–3×3 with 4k channels inside (bottleneck). Between
//! dense blocks there is a transition, BN–ReLU–1×1–average pool, which keeps the share θ of the channels (compression).
//!
//! Deviations: there is no dropout (the paper uses 0.2 where it does not augment).

use serde::{Deserialize, Serialize};
use skipbench_ops::Conv;

use super::norm::BranchNorm;
use super::staged::StagedConfig;
use super::stem::{StemConfig, StemKind};
use crate::error::{DEEPEST, SpecError, WIDEST};
use crate::inputs::images::Images;
use crate::skip::Skip;

/// Configures a densely connected network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenseNetConfig {
    /// Number of weighted layers L: 3n+4 (basic) or 6n+4 (bc) with the CIFAR stem; 121, 161, 169, 201 or 264 with
    /// ImageNet's.
    pub depth: usize,
    /// Growth rate k: the channels that each layer adds.
    pub growth: usize,
    /// What F is made of. Default `bc`.
    #[serde(default)]
    pub kind: DenseKind,
    /// Share θ of the channels that a transition keeps, in (0, 1]. Default 0.5 for `bc`, 1 for `basic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<f64>,
    /// How images enter. The default `cifar` has three dense blocks; `imagenet` has four.
    #[serde(default)]
    pub stem: StemKind,
}

/// Says what a dense layer is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DenseKind {
    /// BN–ReLU–3×3; transitions keep all channels.
    Basic,
    /// Bottleneck layers and compressing transitions.
    #[default]
    Bc,
}

impl DenseNetConfig {
    /// Configures a CIFAR network by the paper's (L, k).
    pub fn cifar(depth: usize, growth: usize, kind: DenseKind) -> Self {
        Self { depth, growth, kind, compression: None, stem: StemKind::Cifar }
    }

    /// Returns the number of layers in each dense block.
    ///
    /// # Errors
    /// Returns an error if the kind and the stem do not allow `depth`.
    pub(crate) fn blocks(&self) -> Result<Vec<usize>, SpecError> {
        let blocks = match (self.stem, self.kind, self.depth) {
            (StemKind::Imagenet, _, 121) => vec![6, 12, 24, 16],
            (StemKind::Imagenet, _, 161) => vec![6, 12, 36, 24],
            (StemKind::Imagenet, _, 169) => vec![6, 12, 32, 32],
            (StemKind::Imagenet, _, 201) => vec![6, 12, 48, 32],
            (StemKind::Imagenet, _, 264) => vec![6, 12, 64, 48],
            (StemKind::Imagenet, ..) => return Err(self.bad_depth("121, 161, 169, 201 or 264")),
            (StemKind::Cifar, kind, depth) => {
                let step = if kind == DenseKind::Bc { 6 } else { 3 };
                if depth < step + 4 || (depth - 4) % step != 0 {
                    return Err(self.bad_depth(&format!(
                        "{step}n+4: {}, {}, {}, …",
                        step + 4,
                        2 * step + 4,
                        3 * step + 4
                    )));
                }
                vec![(depth - 4) / step; 3]
            }
        };
        Ok(blocks)
    }

    fn bad_depth(&self, fits: &str) -> SpecError {
        SpecError::new("depth", self.depth, format!("this kind and stem need {fits}"))
    }

    /// Returns θ: the given one, or the kind's own.
    pub(crate) fn theta(&self) -> f64 {
        self.compression.unwrap_or(match self.kind {
            DenseKind::Basic => 1.0,
            DenseKind::Bc => 0.5,
        })
    }

    /// # Errors
    /// Returns which value is impossible and what would be possible, if there is one.
    pub(crate) fn check(&self) -> Result<(), SpecError> {
        SpecError::unless_within("depth", self.depth, DEEPEST)?;
        SpecError::unless_within("growth", self.growth, WIDEST)?;
        self.blocks()?;
        let theta = self.theta();
        if !(theta > 0.0 && theta <= 1.0) {
            return Err(SpecError::new("compression", theta, "it must lie in (0, 1]"));
        }
        Ok(())
    }

    fn layer(&self, input: usize) -> Vec<Conv> {
        let inner = 4 * self.growth;
        match self.kind {
            DenseKind::Basic => vec![Conv::new(input, self.growth, 3)],
            DenseKind::Bc => vec![Conv::new(input, inner, 1), Conv::new(inner, self.growth, 3)],
        }
    }

    fn stem(&self, images: Images) -> StemConfig {
        let output = match (self.stem, self.kind) {
            (StemKind::Cifar, DenseKind::Basic) => 16,
            _ => 2 * self.growth,
        };
        StemConfig { kind: self.stem, input: images.channels, output, activated: false }
    }

    /// Returns every shape of the network.
    ///
    /// # Errors
    /// Returns the errors of [`DenseNetConfig::check`].
    pub(crate) fn staged(&self, images: Images) -> Result<StagedConfig, SpecError> {
        self.check()?;
        let mut net = StagedConfig::new(Skip::Concat, BranchNorm::Batch, self.stem(images), images.classes);
        for (index, count) in self.blocks()?.into_iter().enumerate() {
            if index > 0 {
                net.transition(((net.channels() as f64 * self.theta()) as usize).max(1));
            }
            for _ in 0..count {
                net.block(self.layer(net.channels()));
            }
        }
        Ok(net)
    }
}
