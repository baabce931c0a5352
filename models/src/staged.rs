//! Stages of shape-preserving blocks under one skip, with transitions between: the form that DenseNet and the controlled
//! backbone share, written once.
//!
//! stem – join(x, F(x)) … – transition – join(x, F(x)) … – BN–ReLU–pool–linear

use burn::module::Module;
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig};
use burn::tensor::Tensor;

use crate::branch::{Branch, BranchConfig, Order};
use crate::concat;
use crate::conv::Conv;
use crate::execution::{Execution, Memory};
use crate::head::{Head, HeadConfig};
use crate::init::Weights;
use crate::skip::Skip;
use crate::stem::{Stem, StemConfig};
use crate::tape::{Tape, Value};

/// Every shape of a [`Staged`] network.
#[derive(Debug, Clone)]
pub(crate) struct StagedConfig {
    skip: Skip,
    classes: usize,
    stem: StemConfig,
    stages: Vec<Vec<BranchConfig>>,
    transitions: Vec<BranchConfig>,
    channels: usize,
}

impl StagedConfig {
    /// A stem and one empty stage.
    pub(crate) fn new(skip: Skip, stem: StemConfig, classes: usize) -> Self {
        Self { skip, classes, stem, stages: vec![Vec::new()], transitions: Vec::new(), channels: stem.output }
    }

    /// Channels that leave the last block or transition added.
    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// Adds a block to the last stage: pre-activation convolutions around which the skip goes.
    pub(crate) fn block(&mut self, convs: Vec<Conv>) {
        let output = convs.last().map_or(self.channels, |conv| conv.output);
        self.channels = self.skip.channels(self.channels, output);
        if let Some(stage) = self.stages.last_mut() {
            stage.push(BranchConfig { order: Order::Pre, convs });
        }
    }

    /// Ends the last stage with BN–ReLU–1×1 to `output` channels and 2×2 average pooling, and starts the next.
    pub(crate) fn transition(&mut self, output: usize) {
        let convs = vec![Conv::new(self.channels, output, 1)];
        self.transitions.push(BranchConfig { order: Order::Pre, convs });
        self.stages.push(Vec::new());
        self.channels = output;
    }

    fn head(&self) -> HeadConfig {
        HeadConfig { input: self.channels, classes: self.classes, activated: true }
    }

    /// Draws the network's weights.
    pub(crate) fn init(&self, weights: &mut Weights) -> Staged {
        let stem = self.stem.init(weights);
        let (mut stages, mut transitions) = (Vec::new(), Vec::new());
        for (index, stage) in self.stages.iter().enumerate() {
            stages.push(stage.iter().map(|block| block.init(weights)).collect());
            transitions.extend(self.transitions.get(index).map(|transition| transition.init(weights)));
        }
        let pool = AvgPool2dConfig::new([2, 2]).with_strides([2, 2]).init();
        let (head, execution) = (self.head().init(weights), weights.execution);
        Staged { stem, stages, transitions, pool, head, skip: self.skip, execution }
    }

    /// Costs the network.
    pub(crate) fn trace(&self, input: &Value, tape: &mut Tape) {
        let mut x = self.stem.trace(input, tape);
        for (index, stage) in self.stages.iter().enumerate() {
            if self.skip == Skip::Concat {
                tape.enter_stage(&x);
            }
            for (block, branch) in stage.iter().enumerate() {
                let name = format!("stage{}.block{}", index + 1, block + 1);
                let fx = branch.trace(&name, &x, tape);
                x = tape.join(&format!("{name}.join"), self.skip, &x, &fx);
            }
            tape.leave_stage(&x);
            if let Some(transition) = self.transitions.get(index) {
                let name = format!("transition{}", index + 1);
                x = transition.trace(&name, &x, tape);
                x = tape.avg_pool(&format!("{name}.1"), &x);
            }
        }
        self.head().trace(&x, tape);
    }
}

/// stem – stages with transitions between – head.
#[derive(Module, Debug)]
pub struct Staged {
    stem: Stem,
    stages: Vec<Vec<Branch>>,
    transitions: Vec<Branch>,
    pool: AvgPool2d,
    head: Head,
    #[module(skip)]
    skip: Skip,
    #[module(skip)]
    execution: Execution,
}

impl Staged {
    /// # Shapes
    /// - `images`: `[batch, channels, size, size]`
    /// - output: logits, `[batch, classes]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let mut x = self.stem.forward(images);
        for (index, stage) in self.stages.iter().enumerate() {
            x = self.forward_stage(stage, x);
            if let Some(transition) = self.transitions.get(index) {
                x = self.pool.forward(transition.forward(x));
            }
        }
        self.head.forward(x)
    }

    /// A stage: block by block or, where that is asked for and can be, as one operation.
    fn forward_stage(&self, stage: &[Branch], x: Tensor<4>) -> Tensor<4> {
        if self.skip == Skip::Concat && self.execution.memory != Memory::Naive {
            return concat::forward(stage, x, self.execution);
        }
        stage.iter().fold(x, |x, branch| self.skip.join(x.clone(), branch.forward(x)))
    }
}
