//! Stages of shape-preserving blocks under one skip, with transitions between: the form that DenseNet and the controlled
//! backbone share, written once.
//!
//! stem – join(x, F(x)) … – transition – join(x, F(x)) … – BN–ReLU–pool–linear

use burn::module::Module;
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig};
use burn::tensor::Tensor;

use crate::nets::branch::{Branch, BranchConfig, Order};
use crate::nets::dense_stage;
use crate::conv::Conv;
use crate::execution::{Execution, Memory};
use crate::nets::head::{Head, HeadConfig};
use crate::init::Weights;
use crate::nets::norm::BranchNorm;
use crate::probe::{At, LesionSite, Lesion, BranchPosition, ProbePoint, Probe, Unprobed, lesions};
use crate::skip::Skip;
use crate::skip::flow::Flow;
use crate::skip::join::{Join, JoinConfig};
use crate::skip::stochastic::Steps;
use crate::nets::stem::{Stem, StemConfig};
use crate::cost::trace::{CostTrace, Value};

/// Every shape of a [`Staged`] network.
#[derive(Debug, Clone)]
pub(crate) struct StagedConfig {
    skip: Skip,
    footing: BranchNorm,
    classes: usize,
    stem: StemConfig,
    stages: Vec<Vec<BranchConfig>>,
    transitions: Vec<BranchConfig>,
    channels: usize,
}

impl StagedConfig {
    /// A stem and one empty stage.
    pub(crate) fn new(skip: Skip, footing: BranchNorm, stem: StemConfig, classes: usize) -> Self {
        let (stages, transitions, channels) = (vec![Vec::new()], Vec::new(), stem.output);
        Self { skip, footing, classes, stem, stages, transitions, channels }
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
            stage.push(BranchConfig { order: Order::Pre, convs, footing: self.footing });
        }
    }

    /// Ends the last stage with BN–ReLU–1×1 to `output` channels and 2×2 average pooling, and starts the next.
    pub(crate) fn transition(&mut self, output: usize) {
        let convs = vec![Conv::new(self.channels, output, 1)];
        // Fixup is of branches: what no skip goes around is left as it is.
        let footing = if self.footing.is_fixup() { BranchNorm::None } else { self.footing };
        self.transitions.push(BranchConfig { order: Order::Pre, convs, footing });
        self.stages.push(Vec::new());
        self.channels = output;
    }

    fn head(&self) -> HeadConfig {
        HeadConfig { input: self.channels, classes: self.classes, activated: true, footing: self.footing }
    }

    /// The joins, stage by stage.
    fn joins(&self) -> Vec<Vec<JoinConfig>> {
        let blocks = self.stages.iter().map(Vec::len).sum();
        let mut block = 0;
        let mut join = |position, branch: &BranchConfig| {
            block += 1;
            let channels = branch.convs.last().map_or(0, |conv| conv.output);
            JoinConfig { skip: self.skip, channels, position, block, blocks }
        };
        let mut stage = |branches: &Vec<BranchConfig>| {
            branches.iter().enumerate().map(|(position, branch)| join(position, branch)).collect()
        };
        self.stages.iter().map(&mut stage).collect()
    }

    /// Draws the network's weights; `seed` is also that of what is drawn as it trains.
    pub(crate) fn init(&self, seed: u64, weights: &mut Weights) -> Staged {
        let stem = self.stem.init(weights);
        let (mut stages, mut transitions) = (Vec::new(), Vec::new());
        for (index, stage) in self.stages.iter().enumerate() {
            stages.push(stage.iter().map(|block| block.init(weights)).collect());
            transitions.extend(self.transitions.get(index).map(|transition| transition.init(weights)));
        }
        let pool = AvgPool2dConfig::new([2, 2]).with_strides([2, 2]).init();
        let head = self.head().init(weights);
        let steps = Steps::default();
        let init = |joins: Vec<JoinConfig>| joins.iter().map(|join| join.init(weights, seed, &steps)).collect();
        let joins = self.joins().into_iter().map(init).collect();
        let execution = weights.execution;
        Staged { stem, stages, transitions, pool, head, joins, skip: self.skip, execution, steps }
    }

    /// Costs the network.
    pub(crate) fn trace(&self, input: &Value, trace: &mut CostTrace) {
        let mut x = self.stem.trace(input, trace);
        for (index, (stage, joins)) in self.stages.iter().zip(self.joins()).enumerate() {
            if self.skip == Skip::Concat && self.footing.is_batch() {
                trace.enter_stage(&x);
            }
            let mut flow = Flow::enter(self.skip, x);
            for (block, (branch, join)) in stage.iter().zip(joins).enumerate() {
                let name = format!("stage{}.block{}", index + 1, block + 1);
                let joined = format!("{name}.join");
                let input = join.trace_read(&joined, &flow, trace);
                let fx = branch.trace(&name, &input, trace);
                flow = join.trace_write(&joined, flow, &fx, trace);
            }
            x = flow.trace_leave(&format!("stage{}", index + 1), trace);
            trace.leave_stage(&x);
            if let Some(transition) = self.transitions.get(index) {
                let name = format!("transition{}", index + 1);
                x = transition.trace(&name, &x, trace);
                x = trace.avg_pool(&format!("{name}.1"), &x);
            }
        }
        self.head().trace(&x, trace);
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
    joins: Vec<Vec<Join>>,
    #[module(skip)]
    skip: Skip,
    #[module(skip)]
    execution: Execution,
    #[module(skip)]
    steps: Steps,
}

impl Staged {
    /// # Shapes
    /// - `images`: `[batch, channels, size, size]`
    /// - output: logits, `[batch, classes]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        self.forward_probed(images, &mut Unprobed)
    }

    /// [`forward`](Self::forward) with a probe.
    pub fn forward_probed<P: Probe>(&self, images: Tensor<4>, probe: &mut P) -> Tensor<2> {
        let mut x = self.stem.forward(images, probe);
        for index in 0..self.stages.len() {
            x = self.run_stage(index, x, probe);
            if let Some(transition) = self.transitions.get(index) {
                x = self.pool.forward(transition.forward(x, BranchPosition::Transition(index + 1), probe));
                x = probe.tensor(ProbePoint::Transition(index + 1), x);
            }
        }
        if x.device().is_autodiff() {
            self.steps.advance();
        }
        self.head.forward(x, probe)
    }

    /// The blocks of the first stage alone, as a stack.
    ///
    /// # Shapes
    /// - `x`: `[batch, channels, height, width]`, as many channels as the first stage works on
    /// - output: the same; wider where the blocks concatenate
    pub fn forward_first_stage<P: Probe>(&self, x: Tensor<4>, probe: &mut P) -> Tensor<4> {
        let y = self.run_stage(0, x, probe);
        if y.device().is_autodiff() {
            self.steps.advance();
        }
        y
    }

    fn run_stage<P: Probe>(&self, index: usize, x: Tensor<4>, probe: &mut P) -> Tensor<4> {
        if !P::LOOKS && self.is_one_operation(index) {
            return concat::forward(&self.stages[index], x, self.execution);
        }
        let mut flow = Flow::enter(self.skip, x);
        for place in 1..=self.stages[index].len() {
            flow = self.run_block(At { stage: index + 1, block: place }, flow, probe);
        }
        flow.leave()
    }

    /// Whether a stage of concatenating blocks is to run as one operation. A probe looks between its blocks.
    fn is_one_operation(&self, index: usize) -> bool {
        let asked = self.skip == Skip::Concat && self.execution.memory != Memory::Naive;
        asked && self.stages[index].iter().all(Branch::is_batch)
    }

    /// One place of a stage: the block in it reads the flow and writes to it.
    fn run_block<P: Probe>(&self, at: At, flow: Flow<Tensor<4>>, probe: &mut P) -> Flow<Tensor<4>> {
        let (branches, joins) = (&self.stages[at.stage - 1], &self.joins[at.stage - 1]);
        let block_at = probe.block_at(at).filter(|block| (1..=branches.len()).contains(block));
        let (branch, here) = (&branches[block_at.unwrap_or(at.block) - 1], &joins[at.block - 1]);
        let join = if here.is_of_place() { here } else { &joins[block_at.unwrap_or(at.block) - 1] };
        let flow = match block_at {
            None => join.without(flow, |x| branch.zeros(x)),
            Some(_) => {
                let x = probe.tensor(ProbePoint::Input(at), join.read(&flow));
                match join.drops(&x) {
                    true => flow,
                    false => {
                        let fx = branch.forward(x, BranchPosition::Block(at), probe);
                        join.write(flow, probe.tensor(ProbePoint::Branch(at), fx))
                    }
                }
            }
        };
        match P::LOOKS {
            true => flow.changed(|y| probe.tensor(ProbePoint::Output(at), y)),
            false => flow,
        }
    }

    /// Every lesion that the network can take.
    pub fn lesions(&self) -> Vec<Lesion> {
        let mut blocks = Vec::new();
        for (stage, branches) in (1..).zip(&self.stages) {
            for block in 1..=branches.len() {
                // A branch of a dense block reads as many channels as there are at its place, and so fits no other.
                let swappable = block < branches.len() && self.skip != Skip::Concat;
                blocks.push(LesionSite { at: At { stage, block }, deletable: true, swappable });
            }
        }
        lesions(&blocks)
    }

    /// Goes on after `steps` training steps, where chance depends on them.
    pub(crate) fn resume(&self, steps: u64) {
        self.steps.resume(steps);
    }
}
