//! Defines Vision Transformers.
//!
//! The source is Dosovitskiy et al. 2020, "An Image is Worth 16x16 Words", arXiv:2010.11929. Sizes Ti and S are from
//! Touvron et al. 2020 (DeiT), arXiv:2012.12877. A block, pre-norm, is (eqs. 2 and 3):
//!
//! `z' = z + MSA(LN(z))`, `z'' = z' + MLP(LN(z'))`
//!
//! with learned positions and a class token. Each of the two skips can be switched off separately, or all branches can
//! be joined by another style ([`joins`]). The body is the same, and only the join varies.
//!
//! Linear layers start as in the authors' code (Glorot). Deviations: there is no dropout and no stochastic depth. The
//! class token and the positions start at the scale of the embedded patches, N(0, 1), not N(0, 0.02²). With the latter
//! a network that sees a few hundred images a few dozen times does not learn where a patch is. It then classifies 45 %
//! of the digits correctly instead of 92 %.

mod block;
mod joins;

use burn::module::{Module, Param};
use burn::nn::conv::Conv2d;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;
use serde::{Deserialize, Deserializer, Serialize};
use skipbench_ops::{Conv, Engine};

use self::block::Block;
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::error::{DEEPEST, SpecError, WIDEST};
use crate::inputs::images::Images;
use crate::inputs::init::{LAYER_NORM_EPSILON, Weights};
use crate::probe::{At, Lesion, LesionSite, Probe, ProbePoint, lesions};
use crate::skip::join::Join;
use crate::skip::stochastic::Steps;
use crate::skip::{ResidualSkip, Skip};

/// Configures a Vision Transformer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViTConfig {
    /// Number of blocks.
    pub depth: usize,
    /// Width of a token.
    pub width: usize,
    /// Number of attention heads, which divide `width`.
    pub heads: usize,
    /// Side of a patch in pixels, which divides the image's side.
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
    /// How every branch is joined. Default `add`. For `none`, set the other two keys.
    #[serde(default = "default_skip", skip_serializing_if = "is_default_skip")]
    pub skip: Skip,
    /// With `concat`, the width that each branch adds and in which its attention works. `heads` divide it. Default half
    /// of `width`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth: Option<usize>,
}

fn default_mlp() -> usize {
    4
}

fn default_skip() -> Skip {
    Skip::Add
}

fn is_default_skip(skip: &Skip) -> bool {
    *skip == default_skip()
}

const FIX: &str = "one branch takes \"add\" or \"none\"; use the key skip for another style of all branches";

fn attention_skip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ResidualSkip, D::Error> {
    ResidualSkip::read(deserializer, "attention_skip", |_| FIX)
}

fn mlp_skip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ResidualSkip, D::Error> {
    ResidualSkip::read(deserializer, "mlp_skip", |_| FIX)
}

impl ViTConfig {
    /// Configures a Transformer with both skips.
    pub fn new(depth: usize, width: usize, heads: usize, patch: usize) -> Self {
        let (attention_skip, mlp_skip) = Default::default();
        let (mlp, skip) = (default_mlp(), default_skip());
        Self { depth, width, heads, patch, mlp, attention_skip, mlp_skip, skip, growth: None }
    }

    /// # Errors
    /// Returns which value is impossible for `images` and what would be possible, if there is one.
    pub(crate) fn check(&self, images: Images) -> Result<(), SpecError> {
        SpecError::unless_within("depth", self.depth, DEEPEST)?;
        SpecError::unless_within("width", self.width, WIDEST)?;
        SpecError::unless_within("heads", self.heads, 64)?;
        SpecError::unless_within("patch", self.patch, images.size)?;
        SpecError::unless_within("mlp", self.mlp, 64)?;
        self.check_joins()?;
        if !images.size.is_multiple_of(self.patch) {
            return Err(SpecError::new("patch", self.patch, format!("it must divide the image side {}", images.size)));
        }
        Ok(())
    }

    fn embedding(&self, images: Images) -> Conv {
        Conv::patches(images.channels, self.width, self.patch)
    }

    /// Draws the network's weights. `seed` also seeds what is drawn during training.
    ///
    /// # Errors
    /// Returns the errors of [`ViTConfig::check`].
    pub(crate) fn init(&self, images: Images, seed: u64, weights: &mut Weights) -> Result<ViT, SpecError> {
        self.check(images)?;
        let tokens = (images.size / self.patch).pow(2) + 1;
        let steps = Steps::default();
        Ok(ViT {
            patches: weights.patches(self.embedding(images)),
            class_token: weights.normal([1, 1, self.width], 1.0),
            positions: weights.normal([1, tokens, self.width], 1.0),
            blocks: (0..self.depth).map(|index| self.block(index).init(weights)).collect(),
            norm: weights.layer_norm(self.output()),
            head: weights.head(self.output(), images.classes),
            joins: self.joins().map(|join| join.init(weights, seed, &steps)).collect(),
            skip: self.skip,
            steps,
            engine: weights.execution.kernels.engine(),
        })
    }

    /// Costs the network.
    ///
    /// # Errors
    /// Returns the errors of [`ViTConfig::check`].
    pub(crate) fn trace(&self, images: Images, input: &TracedTensor, trace: &mut CostTrace) -> Result<(), SpecError> {
        self.check(images)?;
        let x = trace.embed("patches", input, self.embedding(images));
        let x = trace.tokens("tokens", &x);
        let x = self.trace_blocks(x, trace);
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
    /// One join per branch, those of attention and MLP in turn.
    joins: Vec<Join>,
    #[module(skip)]
    skip: Skip,
    #[module(skip)]
    steps: Steps,
    #[module(skip)]
    engine: Engine,
}

impl ViT {
    /// Returns the logits. `probe` sees the pass.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, size, size]`
    /// - output: logits, `[batch, classes]`
    pub(crate) fn forward_probed<P: Probe>(&self, images: Tensor<4>, probe: &mut P) -> Tensor<2> {
        probe.weight(ProbePoint::Patches, &self.patches.weight);
        let patches = self.engine.embed(&self.patches, images);
        let x = self.engine.tokens(self.class_token.val(), self.positions.val(), patches);
        let x = self.run_blocks(probe.tensor(ProbePoint::Tokens, x), probe);
        let [batch, _, width] = x.dims();
        // Tokens are normalized one by one, and only this one is read.
        let x = x.narrow(1, 0, 1).reshape([batch, width]);
        let x = self.engine.layer_norm(&self.norm, LAYER_NORM_EPSILON, x);
        probe.weight(ProbePoint::Head, &self.head.weight);
        self.engine.linear(&self.head, x)
    }

    /// Returns every lesion that the network can take.
    pub(crate) fn lesions(&self) -> Vec<Lesion> {
        let site = |block| {
            let at = At { stage: 0, block };
            // The width of branches that read all before them depends on their place.
            let swappable = block < self.blocks.len() && !self.skip.concatenates();
            LesionSite { at, deletable: true, swappable }
        };
        lesions(&(1..=self.blocks.len()).map(site).collect::<Vec<_>>())
    }

    /// Continues after `steps` training steps, for styles where chance depends on them.
    pub(crate) fn resume(&self, steps: u64) {
        self.steps.resume(steps);
    }
}
