//! One residual block, or a plain one: a branch F and what joins it to its input.
//!
//! After the branch: `y = ReLU(x + F(x))` (arXiv:1512.03385, eq. 1). Pre-activation: `y = x + F(x)`, F beginning with BN
//! and ReLU (arXiv:1603.05027, eq. 1 with both maps the identity). Where the shape changes, x is made to fit by a
//! [`Shortcut`].

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::{Tensor, activation::relu, s};
use serde::{Deserialize, Serialize};
use skipbench_ops::Engine;

use crate::branch::{Branch, BranchConfig, Order};
use crate::conv::Conv;
use crate::init::Weights;
use crate::norm::Footing;
use crate::probe::{At, Place, Point, Probe};
use crate::skip::Skip;
use crate::tape::{Tape, Value};

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
    pub(crate) fn expansion(self) -> usize {
        match self {
            BlockKind::Basic => 1,
            BlockKind::Bottleneck | BlockKind::Preact => 4,
        }
    }

    pub(crate) fn convs(self) -> usize {
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

/// Configuration of a [`Block`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockConfig {
    pub(crate) kind: BlockKind,
    pub(crate) input: usize,
    pub(crate) width: usize,
    pub(crate) stride: usize,
    pub(crate) shortcut: Shortcut,
    pub(crate) skip: Skip,
}

impl BlockConfig {
    pub(crate) fn output(&self) -> usize {
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
        BranchConfig { order: self.order(), convs, footing: Footing::Normalised }
    }

    fn order(&self) -> Order {
        if self.kind == BlockKind::Preact { Order::Pre } else { Order::Post }
    }

    fn projection(&self) -> Option<Conv> {
        let changes = self.stride != 1 || self.input != self.output();
        let wanted = self.skip == Skip::Add && self.shortcut == Shortcut::B && changes;
        wanted.then(|| Conv::new(self.input, self.output(), 1).stride(self.stride))
    }

    pub(crate) fn init(&self, weights: &mut Weights) -> Block {
        Block {
            branch: self.branch().init(weights),
            projection: self.projection().map(|conv| weights.conv(conv)),
            norm: self.projection().filter(|_| self.order() == Order::Post).map(|conv| weights.batch_norm(conv.output)),
            stride: self.stride,
            channels: self.output(),
            keeps_shape: self.stride == 1 && self.input == self.output(),
            order: self.order(),
            skip: self.skip,
            kernels: weights.execution.kernels.engine(),
        }
    }

    pub(crate) fn trace(&self, name: &str, x: &Value, tape: &mut Tape) -> Value {
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
pub(crate) struct Block {
    branch: Branch,
    projection: Option<Conv2d>,
    norm: Option<BatchNorm>,
    stride: usize,
    channels: usize,
    keeps_shape: bool,
    #[module(skip)]
    order: Order,
    #[module(skip)]
    skip: Skip,
    #[module(skip)]
    kernels: Engine,
}

impl Block {
    pub(crate) fn forward<P: Probe>(&self, x: Tensor<4>, at: At, probe: &mut P) -> Tensor<4> {
        let x = probe.tensor(Point::Input(at), x);
        let y = match self.order {
            Order::Post => self.forward_post(x, at, probe),
            Order::Pre => self.forward_pre(x, at, probe),
        };
        probe.tensor(Point::Output(at), y)
    }

    fn forward_post<P: Probe>(&self, x: Tensor<4>, at: At, probe: &mut P) -> Tensor<4> {
        let place = Place::Block(at);
        match self.skip {
            // F(x) by itself is there for a probe only.
            Skip::None if !P::LOOKS => self.branch.forward_relu(x, place, probe),
            Skip::Add if !P::LOOKS => {
                let shortcut = self.shortcut(x.clone(), at, probe);
                self.branch.forward_add_relu(x, shortcut, place, probe)
            }
            _ => {
                let fx = self.branch.forward(x.clone(), place, probe);
                let fx = probe.tensor(Point::Branch(at), fx);
                relu(self.skip.join(self.shortcut(x, at, probe), fx))
            }
        }
    }

    fn forward_pre<P: Probe>(&self, x: Tensor<4>, at: At, probe: &mut P) -> Tensor<4> {
        let x = if self.projection.is_some() { self.branch.activate(x) } else { x };
        let fx = match self.projection.is_some() {
            true => self.branch.forward_activated(x.clone(), Place::Block(at), probe),
            false => self.branch.forward(x.clone(), Place::Block(at), probe),
        };
        let fx = probe.tensor(Point::Branch(at), fx);
        self.skip.join(self.shortcut(x, at, probe), fx)
    }

    /// What the block gives without its branch.
    pub(crate) fn without_branch<P: Probe>(&self, x: Tensor<4>, at: At, probe: &mut P) -> Tensor<4> {
        match (self.order, &self.projection) {
            (Order::Post, _) => relu(self.shortcut(x, at, probe)),
            (Order::Pre, Some(_)) => self.shortcut(self.branch.activate(x), at, probe),
            (Order::Pre, None) => self.shortcut(x, at, probe),
        }
    }

    /// Whether something is left without the branch: a shortcut, or a shape that stays.
    pub(crate) fn can_lose_branch(&self) -> bool {
        self.keeps_shape || self.skip != Skip::None
    }

    /// Whether it can change places with another that keeps its shape.
    pub(crate) fn keeps_shape(&self) -> bool {
        self.keeps_shape
    }

    fn shortcut<P: Probe>(&self, x: Tensor<4>, at: At, probe: &mut P) -> Tensor<4> {
        let Some(projection) = &self.projection else { return self.identity(x) };
        probe.weight(Point::Shortcut(at), &projection.weight);
        let x = self.kernels.conv(projection, x);
        match &self.norm {
            Some(norm) => self.kernels.norm(norm, x),
            None => x,
        }
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
        let zeros: Tensor<4> = Tensor::zeros([batch, self.channels - channels, height, width], &x.device());
        let zeros = zeros.cast(x.dtype());
        Tensor::cat(vec![x, zeros], 1)
    }
}
