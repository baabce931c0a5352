//! Residual networks, and plain ones: the same networks with [`Skip::None`].
//!
//! - He, Zhang, Ren, Sun 2015, "Deep Residual Learning for Image Recognition", arXiv:1512.03385.
//!   Block: `y = ReLU(x + F(x))`, eq. 1; CIFAR networks of 6n+2 layers (§4.2), ImageNet networks (Table 1).
//! - He, Zhang, Ren, Sun 2016, "Identity Mappings in Deep Residual Networks", arXiv:1603.05027.
//!   Block: `y = x + F(x)` with BN and ReLU before each convolution; CIFAR networks of 9n+2 layers.
//!
//! Deviations: ImageNet bottlenecks put the stride on the 3×3 convolution, as torchvision does ("v1.5"), because the
//! published parameter and MAC counts that tests compare with are torchvision's. He et al. put it on the first 1×1.

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::{Device, Tensor, activation::relu, s};
use serde::{Deserialize, Serialize};

use crate::branch::{Branch, BranchConfig, Order};
use crate::conv::Conv;
use crate::cost::{Images, Tape, Value};
use crate::head::{Head, HeadConfig};
use crate::init::Weights;
use crate::skip::Skip;
use crate::spec::SpecError;
use crate::stem::{Stem, StemConfig, StemKind};

/// A residual network or its plain counterpart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResNetConfig {
    /// Weighted layers: 6n+2 (basic) or 9n+2 (bottleneck, preact) with the CIFAR stem; 18, 34, 50, 101 or 152 with ImageNet's.
    pub depth: usize,
    /// Channels of the first stage; they double from stage to stage. Default 16; ImageNet networks use 64.
    #[serde(default = "default_width")]
    pub width: usize,
    /// What F is made of. Default `basic`.
    #[serde(default)]
    pub block: BlockKind,
    /// How images enter. Default `cifar`: three stages; `imagenet` has four.
    #[serde(default)]
    pub stem: StemKind,
    /// How x is made to fit where the shape changes. Default `a`.
    #[serde(default)]
    pub shortcut: Shortcut,
    /// `add` (default), or `none` for the plain network.
    #[serde(default = "default_skip")]
    pub skip: Skip,
}

fn default_width() -> usize {
    16
}

fn default_skip() -> Skip {
    Skip::Add
}

/// What a residual branch is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockKind {
    /// Two 3×3 convolutions.
    #[default]
    Basic,
    /// 1×1, 3×3, 1×1 convolutions; the output is four times as wide as the inside.
    Bottleneck,
    /// The bottleneck with BN and ReLU before each convolution (arXiv:1603.05027).
    Preact,
}

impl BlockKind {
    fn expansion(self) -> usize {
        match self {
            BlockKind::Basic => 1,
            BlockKind::Bottleneck | BlockKind::Preact => 4,
        }
    }

    fn convs(self) -> usize {
        match self {
            BlockKind::Basic => 2,
            BlockKind::Bottleneck | BlockKind::Preact => 3,
        }
    }
}

/// How a shortcut changes shape (arXiv:1512.03385, §3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shortcut {
    /// Option A: subsample and pad with zero channels; no parameters, so the plain network has exactly as many.
    #[default]
    A,
    /// Option B: a 1×1 convolution (and BN, but in pre-activation networks) where the shape changes.
    B,
}

impl ResNetConfig {
    /// A CIFAR network of basic blocks and option-A shortcuts, 16 channels wide.
    pub fn cifar(depth: usize, skip: Skip) -> Self {
        let (block, stem, shortcut) = Default::default();
        Self { depth, width: default_width(), block, stem, shortcut, skip }
    }

    /// Blocks in each stage.
    ///
    /// # Errors
    /// If `depth` is not one that the block and the stem allow.
    pub fn stages(&self) -> Result<Vec<usize>, SpecError> {
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
    /// If a value is impossible; says which and what would do.
    pub fn check(&self) -> Result<(), SpecError> {
        self.stages()?;
        if self.width == 0 {
            return Err(SpecError::new("width", 0, "at least 1 channel is needed"));
        }
        if self.skip == Skip::Concat {
            return Err(SpecError::new("skip", "concat", "use family = \"densenet\" or family = \"backbone\""));
        }
        Ok(())
    }

    fn blocks(&self) -> Result<Vec<(String, BlockConfig)>, SpecError> {
        let mut blocks = Vec::new();
        let mut input = self.width;
        for (stage, count) in self.stages()?.into_iter().enumerate() {
            for index in 0..count {
                let stride = if stage > 0 && index == 0 { 2 } else { 1 };
                let width = self.width << stage;
                let block =
                    BlockConfig { kind: self.block, input, width, stride, shortcut: self.shortcut, skip: self.skip };
                blocks.push((format!("stage{}.block{}", stage + 1, index + 1), block));
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
        HeadConfig { input, classes: images.classes, activated: self.block == BlockKind::Preact }
    }

    /// Builds the network on `device` with weights drawn from `seed`.
    ///
    /// # Errors
    /// As [`ResNetConfig::check`].
    pub fn init(&self, images: Images, seed: u64, device: &Device) -> Result<ResNet, SpecError> {
        self.check()?;
        let weights = &mut Weights::new(seed, device);
        let configs = self.blocks()?;
        let channels = configs.last().map_or(self.width, |(_, block)| block.output());
        let stem = self.stem(images).init(weights);
        let blocks = configs.iter().map(|(_, block)| block.init(weights)).collect();
        Ok(ResNet { stem, blocks, head: self.head(channels, images).init(weights) })
    }

    /// Costs the network.
    ///
    /// # Errors
    /// As [`ResNetConfig::check`].
    pub fn trace(&self, images: Images, input: &Value, tape: &mut Tape) -> Result<(), SpecError> {
        self.check()?;
        let mut x = self.stem(images).trace(input, tape);
        for (name, block) in self.blocks()? {
            x = block.trace(&name, &x, tape);
        }
        self.head(x.channels(), images).trace(&x, tape);
        Ok(())
    }
}

/// stem – blocks – head.
#[derive(Module, Debug)]
pub struct ResNet {
    stem: Stem,
    blocks: Vec<Block>,
    head: Head,
}

impl ResNet {
    /// # Shapes
    /// - `images`: `[batch, channels, size, size]`
    /// - output: logits, `[batch, classes]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let mut x = self.stem.forward(images);
        for block in &self.blocks {
            x = block.forward(x);
        }
        self.head.forward(x)
    }
}

/// Configuration of a [`Block`].
#[derive(Debug, Clone, Copy)]
struct BlockConfig {
    kind: BlockKind,
    input: usize,
    width: usize,
    stride: usize,
    shortcut: Shortcut,
    skip: Skip,
}

impl BlockConfig {
    fn output(&self) -> usize {
        self.width * self.kind.expansion()
    }

    fn branch(&self) -> BranchConfig {
        let (input, width, output, stride) = (self.input, self.width, self.output(), self.stride);
        let convs = match self.kind {
            BlockKind::Basic => vec![Conv::new(input, width, 3).stride(stride), Conv::new(width, output, 3)],
            BlockKind::Bottleneck => {
                vec![Conv::new(input, width, 1), Conv::new(width, width, 3).stride(stride), Conv::new(width, output, 1)]
            }
            BlockKind::Preact => {
                vec![Conv::new(input, width, 1).stride(stride), Conv::new(width, width, 3), Conv::new(width, output, 1)]
            }
        };
        BranchConfig { order: self.order(), convs }
    }

    fn order(&self) -> Order {
        if self.kind == BlockKind::Preact { Order::Pre } else { Order::Post }
    }

    fn projection(&self) -> Option<Conv> {
        let changes = self.stride != 1 || self.input != self.output();
        let wanted = self.skip == Skip::Add && self.shortcut == Shortcut::B && changes;
        wanted.then(|| Conv::new(self.input, self.output(), 1).stride(self.stride))
    }

    fn init(&self, weights: &mut Weights) -> Block {
        Block {
            branch: self.branch().init(weights),
            projection: self.projection().map(|conv| weights.conv(conv)),
            norm: self.projection().filter(|_| self.order() == Order::Post).map(|conv| weights.batch_norm(conv.output)),
            stride: self.stride,
            channels: self.output(),
            order: self.order(),
            skip: self.skip,
        }
    }

    fn trace(&self, name: &str, x: &Value, tape: &mut Tape) -> Value {
        let branch = self.branch();
        let (shortcut, fx) = match (self.projection(), self.order()) {
            (Some(conv), Order::Pre) => {
                let activated = branch.trace_activation(name, x, tape);
                let fx = branch.trace_activated(name, &activated, tape);
                (tape.conv(&format!("{name}.shortcut"), &activated, conv), fx)
            }
            (Some(conv), Order::Post) => {
                let fx = branch.trace(name, x, tape);
                let name = format!("{name}.shortcut");
                let shortcut = tape.conv(&name, x, conv);
                (tape.batch_norm(&name, &shortcut), fx)
            }
            (None, _) => {
                let fx = branch.trace(name, x, tape);
                (self.trace_identity(name, x, tape), fx)
            }
        };
        let y = tape.join(&format!("{name}.join"), self.skip, &shortcut, &fx);
        match self.order() {
            Order::Post => tape.relu(&format!("{name}.join"), &y),
            Order::Pre => y,
        }
    }

    fn trace_identity(&self, name: &str, x: &Value, tape: &mut Tape) -> Value {
        match self.skip {
            Skip::None => x.clone(),
            _ => tape.subsample_pad(&format!("{name}.shortcut"), x, self.stride, self.output()),
        }
    }
}

/// One residual (or plain) block.
#[derive(Module, Debug)]
struct Block {
    branch: Branch,
    projection: Option<Conv2d>,
    norm: Option<BatchNorm>,
    stride: usize,
    channels: usize,
    #[module(skip)]
    order: Order,
    #[module(skip)]
    skip: Skip,
}

impl Block {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self.order {
            Order::Post => relu(self.forward_post(x)),
            Order::Pre => self.forward_pre(x),
        }
    }

    fn forward_post(&self, x: Tensor<4>) -> Tensor<4> {
        let fx = self.branch.forward(x.clone());
        let shortcut = match (&self.projection, &self.norm) {
            (Some(conv), Some(norm)) => norm.forward(conv.forward(x)),
            _ => self.identity(x),
        };
        self.skip.join(shortcut, fx)
    }

    fn forward_pre(&self, x: Tensor<4>) -> Tensor<4> {
        let Some(projection) = &self.projection else {
            let fx = self.branch.forward(x.clone());
            return self.skip.join(self.identity(x), fx);
        };
        let activated = self.branch.activate(x);
        let fx = self.branch.forward_activated(activated.clone());
        self.skip.join(projection.forward(activated), fx)
    }

    /// x itself or, where the shape changes, every second pixel of it with zero channels behind.
    fn identity(&self, x: Tensor<4>) -> Tensor<4> {
        if self.skip == Skip::None {
            return x;
        }
        let stride = self.stride as isize;
        let x = if stride > 1 { x.slice(s![.., .., ..;stride, ..;stride]) } else { x };
        let [batch, channels, height, width] = x.dims();
        if channels == self.channels {
            return x;
        }
        let zeros = Tensor::zeros([batch, self.channels - channels, height, width], &x.device());
        Tensor::cat(vec![x, zeros], 1)
    }
}
