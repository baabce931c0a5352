//! Defines the controlled backbone: one pre-activation network in which only [`Skip`] changes.
//!
//! Published families differ in more than their skip: ResNet-20 and DenseNet-40-12 have other stems, other orders of
//! BN and convolution, other down-sampling and other heads. Here all of that is the same for every style:
//!
//! stem 3×3 – n × join(x, F(x)) – transition – n × join(x, F(x)) – transition – n × join(x, F(x)) – BN–ReLU–pool–linear
//!
//! with F = BN–ReLU–3×3–BN–ReLU–3×3 and transition = BN–ReLU–1×1–average pool. No skip crosses a transition and no join
//! changes shape, so none needs a projection. Stage s works on `width · 2^s` channels. Concatenation changes two things
//! of necessity: F reads all channels so far and adds a growth that also doubles from stage to stage, and the
//! transition reads the wider result. The plain and the additive member have exactly the same parameters and, from one
//! seed, the same weights. The other styles of [`Skip`] add what they learn, drawn from a separate stream, so their
//! branches start with those weights too.

use serde::{Deserialize, Serialize};
use skipbench_ops::Conv;

use super::norm::{BranchNorm, Norm};
use super::staged::StagedConfig;
use super::stem::{StemConfig, StemKind};
use crate::error::{DEEPEST, SpecError, WIDEST};
use crate::inputs::images::Images;
use crate::skip::Skip;

const STAGES: usize = 3;

/// Configures the controlled backbone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackboneConfig {
    /// Number of weighted layers: 6n+4.
    pub depth: usize,
    /// The skip style, which is the one thing that varies.
    pub skip: Skip,
    /// Channels of the first stage, which double from stage to stage. Default 16.
    #[serde(default = "default_width")]
    pub width: usize,
    /// With `concat`, the channels that each block of the last stage adds. Blocks of earlier stages add a half and a
    /// quarter of it, rounded. The default is three times `width`, which is three quarters of the last stage's width.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth: Option<usize>,
    /// `batch` (default), or `none` for no normalization anywhere. `fixup` never has any.
    #[serde(default, skip_serializing_if = "Norm::is_usual")]
    pub norm: Norm,
}

fn default_width() -> usize {
    16
}

impl BackboneConfig {
    /// Configures a backbone 16 channels wide.
    pub fn new(depth: usize, skip: Skip) -> Self {
        Self { depth, skip, width: default_width(), growth: None, norm: Norm::Batch }
    }

    /// # Errors
    /// Returns which value is impossible and what would be possible, if there is one.
    pub(crate) fn check(&self) -> Result<(), SpecError> {
        if self.depth < 10 || !(self.depth - 4).is_multiple_of(6) {
            return Err(SpecError::new("depth", self.depth, "the backbone needs 6n+4: 10, 16, 22, …"));
        }
        SpecError::unless_within("depth", self.depth, DEEPEST)?;
        SpecError::unless_within("width", self.width, WIDEST)?;
        if !self.skip.is_of_backbones() {
            let fix = "it joins tokens with their embedding or values: use family = \"vit\"";
            return Err(SpecError::new("skip", self.skip, fix));
        }
        if self.skip.replaces_batch_norm() && self.norm == Norm::None {
            let fix = format!("skip = \"{}\" has no normalization anyway; leave it out", self.skip);
            return Err(SpecError::new("norm", "none", fix));
        }
        match self.growth {
            Some(growth) if self.skip.concatenates() => SpecError::unless_within("growth", growth, WIDEST),
            Some(growth) => {
                let fix = format!("only skip = \"{}\" grows; leave it out", Skip::Concat);
                Err(SpecError::new("growth", growth, fix))
            }
            None => Ok(()),
        }
    }

    fn branch_norm(&self) -> BranchNorm {
        if self.skip.replaces_batch_norm() {
            return BranchNorm::fixup(self.depth.saturating_sub(4) / 2, 2);
        }
        match self.norm {
            Norm::Batch => BranchNorm::Batch,
            Norm::None => BranchNorm::None,
        }
    }

    /// Returns the channels that a block of stage `stage` (from 0) outputs.
    fn output(&self, stage: usize) -> usize {
        if !self.skip.concatenates() {
            return self.width << stage;
        }
        let share = 1 << (STAGES - 1 - stage);
        ((self.growth.unwrap_or(3 * self.width) + share / 2) / share).max(1)
    }

    /// Returns every shape of the network.
    ///
    /// # Errors
    /// Returns the errors of [`BackboneConfig::check`].
    pub(crate) fn staged(&self, images: Images) -> Result<StagedConfig, SpecError> {
        self.check()?;
        let stem = StemConfig { kind: StemKind::Cifar, input: images.channels, output: self.width, activated: false };
        let mut net = StagedConfig::new(self.skip, self.branch_norm(), stem, images.classes);
        for stage in 0..STAGES {
            if stage > 0 {
                net.transition(self.width << stage);
            }
            let output = self.output(stage);
            for _ in 0..(self.depth - 4) / 6 {
                net.block(vec![Conv::new(net.channels(), output, 3), Conv::new(output, output, 3)]);
            }
        }
        Ok(net)
    }
}
