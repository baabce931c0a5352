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

use crate::branch::{Branch, BranchConfig, Order};
use crate::conv::Conv;
use crate::execution::Kernels;
use crate::init::Weights;
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

    pub(crate) fn init(&self, weights: &mut Weights) -> Block {
        Block {
            branch: self.branch().init(weights),
            projection: self.projection().map(|conv| weights.conv(conv)),
            norm: self.projection().filter(|_| self.order() == Order::Post).map(|conv| weights.batch_norm(conv.output)),
            stride: self.stride,
            channels: self.output(),
            order: self.order(),
            skip: self.skip,
            kernels: weights.execution.kernels,
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
    #[module(skip)]
    order: Order,
    #[module(skip)]
    skip: Skip,
    #[module(skip)]
    kernels: Kernels,
}

impl Block {
    pub(crate) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self.order {
            Order::Post => self.forward_post(x),
            Order::Pre => self.forward_pre(x),
        }
    }

    fn forward_post(&self, x: Tensor<4>) -> Tensor<4> {
        let shortcut = |x| match (&self.projection, &self.norm) {
            (Some(conv), Some(norm)) => self.kernels.norm(norm, self.kernels.conv(conv, x)),
            _ => self.identity(x),
        };
        match self.skip {
            Skip::None => self.branch.forward_relu(x),
            Skip::Add => self.branch.forward_add_relu(x.clone(), shortcut(x)),
            skip => relu(skip.join(shortcut(x.clone()), self.branch.forward(x))),
        }
    }

    fn forward_pre(&self, x: Tensor<4>) -> Tensor<4> {
        let Some(projection) = &self.projection else {
            let fx = self.branch.forward(x.clone());
            return self.skip.join(self.identity(x), fx);
        };
        let activated = self.branch.activate(x);
        let fx = self.branch.forward_activated(activated.clone());
        self.skip.join(self.kernels.conv(projection, activated), fx)
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
