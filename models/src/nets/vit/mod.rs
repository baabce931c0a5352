//! Vision Transformers.
//!
//! Dosovitskiy et al. 2020, "An Image is Worth 16x16 Words", arXiv:2010.11929; sizes Ti and S from Touvron et al. 2020
//! (DeiT), arXiv:2012.12877. Block, pre-norm (eqs. 2 and 3):
//!
//! `z' = z + MSA(LN(z))`, `z'' = z' + MLP(LN(z'))`
//!
//! with learned positions and a class token. Each of the two skips can be switched off on its own.
//!
//! Linear layers start as in the authors' code (Glorot). Deviations: no dropout, no stochastic depth; the class token
//! and the positions start at the scale of the embedded patches, N(0, 1), not N(0, 0.02²). With the latter a network
//! that sees a few hundred images a few dozen times does not learn where a patch lies: 45 % against 92 % of the digits.

mod block;

use burn::module::{Module, Param};
use burn::nn::conv::Conv2d;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;
use serde::{Deserialize, Deserializer, Serialize};
use skipbench_ops::{Conv, Engine};

use self::block::{Block, BlockConfig};
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::error::{DEEPEST, SpecError, WIDEST};
use crate::inputs::images::Images;
use crate::inputs::init::{LAYER_NORM_EPSILON, Weights};
use crate::probe::{At, Lesion, LesionSite, Probe, ProbePoint, lesions};
use crate::skip::ResidualSkip;

/// A Vision Transformer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViTConfig {
    /// Blocks.
    pub depth: usize,
    /// Width of a token.
    pub width: usize,
    /// Attention heads; they divide `width`.
    pub heads: usize,
    /// Side of a patch in pixels; it divides the image's side.
    pub patch: usize,
    /// Width of the MLP's hidden layer over `width`. Default 4.
    #[serde(default = "default_mlp")]
    pub mlp: usize,
    /// The skip around attention: `add` (default) or `none`.
    #[serde(default, deserialize_with = "attention_skip")]
    pub attention_skip: ResidualSkip,
    /// The skip around the MLP: `add` (default) or `none`.
    #[serde(default, deserialize_with = "mlp_skip")]
    pub mlp_skip: ResidualSkip,
}

fn default_mlp() -> usize {
    4
}

const FIX: &str = "a Transformer block takes \"add\" or \"none\"";

fn attention_skip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ResidualSkip, D::Error> {
    ResidualSkip::read(deserializer, "attention_skip", |_| FIX)
}

fn mlp_skip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ResidualSkip, D::Error> {
    ResidualSkip::read(deserializer, "mlp_skip", |_| FIX)
}

impl ViTConfig {
    /// A Transformer with both skips.
    pub fn new(depth: usize, width: usize, heads: usize, patch: usize) -> Self {
        let (attention_skip, mlp_skip) = Default::default();
        Self { depth, width, heads, patch, mlp: default_mlp(), attention_skip, mlp_skip }
    }

    /// # Errors
    /// If a value is impossible for `images`; says which and what would do.
    pub(crate) fn check(&self, images: Images) -> Result<(), SpecError> {
        SpecError::unless_within("depth", self.depth, DEEPEST)?;
        SpecError::unless_within("width", self.width, WIDEST)?;
        SpecError::unless_within("heads", self.heads, 64)?;
        SpecError::unless_within("patch", self.patch, images.size)?;
        SpecError::unless_within("mlp", self.mlp, 64)?;
        if !self.width.is_multiple_of(self.heads) {
            return Err(SpecError::new("heads", self.heads, format!("it must divide width = {}", self.width)));
        }
        if !images.size.is_multiple_of(self.patch) {
            return Err(SpecError::new("patch", self.patch, format!("it must divide the image side {}", images.size)));
        }
        Ok(())
    }

    fn embedding(&self, images: Images) -> Conv {
        Conv::patches(images.channels, self.width, self.patch)
    }

    /// Draws the network's weights.
    ///
    /// # Errors
    /// As [`ViTConfig::check`].
    pub(crate) fn init(&self, images: Images, weights: &mut Weights) -> Result<ViT, SpecError> {
        self.check(images)?;
        let tokens = (images.size / self.patch).pow(2) + 1;
        Ok(ViT {
            patches: weights.patches(self.embedding(images)),
            class_token: weights.normal([1, 1, self.width], 1.0),
            positions: weights.normal([1, tokens, self.width], 1.0),
            blocks: (0..self.depth).map(|_| self.block().init(weights)).collect(),
            norm: weights.layer_norm(self.width),
            head: weights.head(self.width, images.classes),
            engine: weights.execution.kernels.engine(),
        })
    }

    fn block(&self) -> BlockConfig {
        let Self { width, heads, mlp, attention_skip, mlp_skip, .. } = *self;
        BlockConfig { width, heads, hidden: width * mlp, attention_skip, mlp_skip }
    }

    /// Costs the network.
    ///
    /// # Errors
    /// As [`ViTConfig::check`].
    pub(crate) fn trace(&self, images: Images, input: &TracedTensor, trace: &mut CostTrace) -> Result<(), SpecError> {
        self.check(images)?;
        let x = trace.embed("patches", input, self.embedding(images));
        let mut x = trace.tokens("tokens", &x);
        for index in 0..self.depth {
            x = self.block().trace(&format!("block{}", index + 1), &x, trace);
        }
        let x = trace.class_token("head", &x);
        let x = trace.layer_norm("head", &x);
        trace.linear("head", &x, images.classes);
        Ok(())
    }
}

/// patches – class token and positions – blocks – LN and linear on the class token.
#[derive(Module, Debug)]
pub struct ViT {
    patches: Conv2d,
    class_token: Param<Tensor<3>>,
    positions: Param<Tensor<3>>,
    blocks: Vec<Block>,
    norm: LayerNorm,
    head: Linear,
    #[module(skip)]
    engine: Engine,
}

impl ViT {
    /// Logits, seen by `probe`.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, size, size]`
    /// - output: logits, `[batch, classes]`
    pub(crate) fn forward_probed<P: Probe>(&self, images: Tensor<4>, probe: &mut P) -> Tensor<2> {
        probe.weight(ProbePoint::Patches, &self.patches.weight);
        let patches = self.engine.embed(&self.patches, images);
        let [batch, _, width] = patches.dims();
        let x = self.engine.tokens(self.class_token.val(), self.positions.val(), patches);
        let mut x = probe.tensor(ProbePoint::Tokens, x);
        for place in 1..=self.blocks.len() {
            let at = At { stage: 0, block: place };
            if let Some(block) = probe.block_at(at).and_then(|block| self.blocks.get(block.checked_sub(1)?)) {
                x = block.forward(x, at, probe);
            }
            x = probe.tensor(ProbePoint::Output(at), x);
        }
        // Tokens are normalized one by one, and only this one is read.
        let x = x.narrow(1, 0, 1).reshape([batch, width]);
        let x = self.engine.layer_norm(&self.norm, LAYER_NORM_EPSILON, x);
        probe.weight(ProbePoint::Head, &self.head.weight);
        self.engine.linear(&self.head, x)
    }

    /// Every lesion that the network can take.
    pub(crate) fn lesions(&self) -> Vec<Lesion> {
        let site = |block| {
            let at = At { stage: 0, block };
            LesionSite { at, deletable: true, swappable: block < self.blocks.len() }
        };
        lesions(&(1..=self.blocks.len()).map(site).collect::<Vec<_>>())
    }
}
