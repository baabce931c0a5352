//! Defines residual networks, and plain ones, which are the same networks with [`ResidualSkip::None`].
//!
//! - He, Zhang, Ren, Sun 2015, "Deep Residual Learning for Image Recognition", arXiv:1512.03385. A block is `y = ReLU(x
//!   + F(x))`, eq. 1. There are CIFAR networks of 6n+2 layers (§4.2) and ImageNet networks (Table 1).
//! - He, Zhang, Ren, Sun 2016, "Identity Mappings in Deep Residual Networks", arXiv:1603.05027. A block is `y = x +
//!   F(x)` with BN and ReLU before each convolution. There are CIFAR networks of 9n+2 layers.
//!
//! Deviations: ImageNet bottlenecks put the stride on the 3×3 convolution, as torchvision does ("v1.5"), because the
//! published parameter and MAC counts that tests compare with are torchvision's. He et al. put it on the first 1×1.

use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Deserializer, Serialize};

use super::block::{Block, BlockConfig, BlockKind, Shortcut};
use super::head::{Head, HeadConfig};
use super::norm::BranchNorm;
use super::stem::{Stem, StemConfig, StemKind};
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::error::{DEEPEST, SpecError, WIDEST};
use crate::inputs::images::Images;
use crate::inputs::init::Weights;
use crate::probe::{At, Lesion, LesionSite, Probe, lesions};
use crate::skip::ResidualSkip;

/// Configures a residual network or its plain counterpart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResNetConfig {
    /// Number of weighted layers: 6n+2 (basic) or 9n+2 (bottleneck, preact) with the CIFAR stem; 18, 34, 50, 101 or 152
    /// with ImageNet's.
    pub depth: usize,
    /// Channels of the first stage, which double from stage to stage. Default 16; ImageNet networks use 64.
    #[serde(default = "default_width")]
    pub width: usize,
    /// What F is made of. Default `basic`.
    #[serde(default)]
    pub block: BlockKind,
    /// How images enter. The default `cifar` has three stages; `imagenet` has four.
    #[serde(default)]
    pub stem: StemKind,
    /// How x is made to fit where the shape changes. Default `a`.
    #[serde(default)]
    pub shortcut: Shortcut,
    /// The skip: `add` (default), or `none` for the plain network.
    #[serde(default, deserialize_with = "residual_skip")]
    pub skip: ResidualSkip,
}

fn default_width() -> usize {
    16
}

/// Reads `skip`. Styles that only other families have are refused with the names of those families.
fn residual_skip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ResidualSkip, D::Error> {
    ResidualSkip::read(deserializer, "skip", |skip| {
        if skip.concatenates() {
            "use family = \"densenet\" or family = \"backbone\""
        } else if !skip.is_of_backbones() {
            "use family = \"vit\", or skip = \"add\" or \"none\""
        } else {
            "use family = \"backbone\", or skip = \"add\" or \"none\""
        }
    })
}

impl ResNetConfig {
    /// Configures a CIFAR network of basic blocks and option-A shortcuts, 16 channels wide.
    pub fn cifar(depth: usize, skip: ResidualSkip) -> Self {
        let (block, stem, shortcut) = Default::default();
        Self { depth, width: default_width(), block, stem, shortcut, skip }
    }

    /// Returns the number of blocks in each stage.
    ///
    /// # Errors
    /// Returns an error if the block and the stem do not allow `depth`.
    pub(crate) fn stages(&self) -> Result<Vec<usize>, SpecError> {
        let stages = match (self.stem, self.block, self.depth) {
            (StemKind::Imagenet, BlockKind::Basic, 18) => vec![2, 2, 2, 2],
            (StemKind::Imagenet, BlockKind::Basic, 34) => vec![3, 4, 6, 3],
            (StemKind::Imagenet, BlockKind::Bottleneck | BlockKind::Preact, 50) => vec![3, 4, 6, 3],
            (StemKind::Imagenet, BlockKind::Bottleneck | BlockKind::Preact, 101) => vec![3, 4, 23, 3],
            (StemKind::Imagenet, BlockKind::Bottleneck | BlockKind::Preact, 152) => vec![3, 8, 36, 3],
            (StemKind::Imagenet, BlockKind::Basic, _) => return Err(self.bad_depth("18 or 34")),
            (StemKind::Imagenet, ..) => return Err(self.bad_depth("50, 101 or 152")),
            (StemKind::Cifar, block, depth) => {
                let step = 3 * block.convs();
                if depth < step + 2 || (depth - 2) % step != 0 {
                    return Err(self.bad_depth(&format!(
                        "{step}n+2: {}, {}, {}, …",
                        step + 2,
                        2 * step + 2,
                        3 * step + 2
                    )));
                }
                vec![(depth - 2) / step; 3]
            }
        };
        Ok(stages)
    }

    fn bad_depth(&self, fits: &str) -> SpecError {
        SpecError::new("depth", self.depth, format!("this block and stem need {fits}"))
    }

    /// # Errors
    /// Returns which value is impossible and what would be possible, if there is one.
    pub(crate) fn check(&self) -> Result<(), SpecError> {
        SpecError::unless_within("depth", self.depth, DEEPEST)?;
        SpecError::unless_within("width", self.width, WIDEST)?;
        self.stages()?;
        Ok(())
    }

    fn blocks(&self) -> Result<Vec<(At, BlockConfig)>, SpecError> {
        let mut blocks = Vec::new();
        let mut input = self.width;
        for (stage, count) in self.stages()?.into_iter().enumerate() {
            for index in 0..count {
                let stride = if stage > 0 && index == 0 { 2 } else { 1 };
                let width = self.width << stage;
                let block =
                    BlockConfig { kind: self.block, input, width, stride, shortcut: self.shortcut, skip: self.skip };
                blocks.push((At { stage: stage + 1, block: index + 1 }, block));
                input = block.output();
            }
        }
        Ok(blocks)
    }

    fn stem(&self, images: Images) -> StemConfig {
        let activated = self.block != BlockKind::Preact;
        StemConfig { kind: self.stem, input: images.channels, output: self.width, activated }
    }

    fn head(&self, input: usize, images: Images) -> HeadConfig {
        HeadConfig {
            input,
            classes: images.classes,
            activated: self.block == BlockKind::Preact,
            norm: BranchNorm::Batch,
        }
    }

    /// Draws the network's weights.
    ///
    /// # Errors
    /// Returns the errors of [`ResNetConfig::check`].
    pub(crate) fn init(&self, images: Images, weights: &mut Weights) -> Result<ResNet, SpecError> {
        self.check()?;
        let configs = self.blocks()?;
        let channels = configs.last().map_or(self.width, |(_, block)| block.output());
        let stem = self.stem(images).init(weights);
        let blocks = configs.iter().map(|(_, block)| block.init(weights)).collect();
        let places = configs.iter().map(|(at, _)| *at).collect();
        Ok(ResNet { stem, blocks, head: self.head(channels, images).init(weights), places })
    }

    /// Costs the network.
    ///
    /// # Errors
    /// Returns the errors of [`ResNetConfig::check`].
    pub(crate) fn trace(&self, images: Images, input: &TracedTensor, trace: &mut CostTrace) -> Result<(), SpecError> {
        self.check()?;
        let mut x = self.stem(images).trace(input, trace);
        for (at, block) in self.blocks()? {
            x = block.trace(&at.to_string(), &x, trace);
        }
        self.head(x.channels(), images).trace(&x, trace);
        Ok(())
    }
}

/// A residual or plain network: stem – blocks – head.
#[derive(Module, Debug)]
pub struct ResNet {
    stem: Stem,
    blocks: Vec<Block>,
    head: Head,
    #[module(skip)]
    places: Vec<At>,
}

impl ResNet {
    /// Returns the logits. `probe` sees the pass.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, size, size]`
    /// - output: logits, `[batch, classes]`
    pub(crate) fn forward_probed<P: Probe>(&self, images: Tensor<4>, probe: &mut P) -> Tensor<2> {
        let mut x = self.stem.forward(images, probe);
        for (index, at) in self.places.iter().enumerate() {
            let found = probe.block_at(*at);
            let block = found.and_then(|block| self.blocks.get((index + block).checked_sub(at.block)?));
            x = match block {
                Some(block) => block.forward(x, *at, probe),
                None => self.blocks[index].without_branch(x, *at, probe),
            };
        }
        self.head.forward(x, probe)
    }

    /// Returns every lesion that the network can take.
    pub(crate) fn lesions(&self) -> Vec<Lesion> {
        let site = |(index, at): (usize, &At)| {
            let block = &self.blocks[index];
            let next = self.places.get(index + 1).is_some_and(|next| next.stage == at.stage);
            let swappable = next && block.keeps_shape() && self.blocks[index + 1].keeps_shape();
            LesionSite { at: *at, deletable: block.can_lose_branch(), swappable }
        };
        lesions(&self.places.iter().enumerate().map(site).collect::<Vec<_>>())
    }
}
