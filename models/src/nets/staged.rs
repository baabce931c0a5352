//! Stages of shape-preserving blocks under one skip, with transitions between: the form that DenseNet and the
//! controlled backbone share, written once.
//!
//! stem – join(x, F(x)) … – transition – join(x, F(x)) … – BN–ReLU–pool–linear

use burn::module::Module;
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig};
use burn::tensor::Tensor;
use skipbench_ops::Conv;

use super::branch::{Branch, BranchConfig, Order};
use super::dense_stage;
use super::head::{Head, HeadConfig};
use super::norm::BranchNorm;
use super::stem::{Stem, StemConfig};
use crate::cost::trace::{CostTrace, Value};
use crate::execution::Execution;
use crate::init::Weights;
use crate::probe::{At, BranchPosition, Lesion, LesionSite, Probe, ProbePoint, lesions};
use crate::skip::Skip;
use crate::skip::concat::is_one_operation;
use crate::skip::flow::Flow;
use crate::skip::join::{Join, JoinConfig};
use crate::skip::stochastic::Steps;

/// Every shape of a [`Staged`] network.
#[derive(Debug, Clone)]
pub(crate) struct StagedConfig {
    skip: Skip,
    norm: BranchNorm,
    classes: usize,
    stem: StemConfig,
    stages: Vec<Vec<BranchConfig>>,
    transitions: Vec<BranchConfig>,
    channels: usize,
}

impl StagedConfig {
    /// A stem and one empty stage.
    pub(crate) fn new(skip: Skip, norm: BranchNorm, stem: StemConfig, classes: usize) -> Self {
        let (stages, transitions, channels) = (vec![Vec::new()], Vec::new(), stem.output);
        Self { skip, norm, classes, stem, stages, transitions, channels }
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
            stage.push(BranchConfig { order: Order::Pre, convs, norm: self.norm });
        }
    }

    /// Ends the last stage with BN–ReLU–1×1 to `output` channels and 2×2 average pooling, and starts the next.
    pub(crate) fn transition(&mut self, output: usize) {
        let convs = vec![Conv::new(self.channels, output, 1)];
        // Fixup is of branches: what no skip goes around is left as it is.
        let norm = if self.norm.is_fixup() { BranchNorm::None } else { self.norm };
        self.transitions.push(BranchConfig { order: Order::Pre, convs, norm });
        self.stages.push(Vec::new());
        self.channels = output;
    }

    fn head(&self) -> HeadConfig {
        HeadConfig { input: self.channels, classes: self.classes, activated: true, norm: self.norm }
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
        for (index, joins) in self.joins().into_iter().enumerate() {
            x = self.trace_stage(index, &joins, x, trace);
            if let Some(transition) = self.transitions.get(index) {
                let name = format!("transition{}", index + 1);
                x = transition.trace(&name, &x, trace);
                x = trace.avg_pool(&format!("{name}.1"), &x);
            }
        }
        self.head().trace(&x, trace);
    }

    fn trace_stage(&self, index: usize, joins: &[JoinConfig], x: Value, trace: &mut CostTrace) -> Value {
        if self.skip.concatenates() && is_one_operation(trace.execution().memory, self.norm.is_batch()) {
            trace.enter_stage(&x);
        }
        let mut flow = Flow::One(x);
        for (block, (branch, join)) in (1..).zip(self.stages[index].iter().zip(joins)) {
            let name = format!("stage{}.block{block}", index + 1);
            let joined = format!("{name}.join");
            let input = join.trace_read(&joined, &flow, trace);
            let fx = branch.trace(&name, &input, trace);
            flow = join.trace_write(&joined, flow, &fx, trace);
        }
        let x = flow.trace_leave(&format!("stage{}", index + 1), trace);
        trace.leave_stage(&x);
        x
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
    /// Logits, seen by `probe`.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, size, size]`
    /// - output: logits, `[batch, classes]`
    pub(crate) fn forward_probed<P: Probe>(&self, images: Tensor<4>, probe: &mut P) -> Tensor<2> {
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
            return dense_stage::forward(&self.stages[index], x, self.execution);
        }
        let mut flow = Flow::One(x);
        for place in 1..=self.stages[index].len() {
            flow = self.run_block(At { stage: index + 1, block: place }, flow, probe);
        }
        flow.leave()
    }

    /// Whether a stage of concatenating blocks runs as one operation.
    fn is_one_operation(&self, index: usize) -> bool {
        let batch_norm = self.stages[index].iter().all(Branch::has_batch_norm);
        self.skip.concatenates() && is_one_operation(self.execution.memory, batch_norm)
    }

    /// One place of a stage: the block in it reads the flow and writes to it.
    fn run_block<P: Probe>(&self, at: At, flow: Flow<Tensor<4>>, probe: &mut P) -> Flow<Tensor<4>> {
        let (branches, joins) = (&self.stages[at.stage - 1], &self.joins[at.stage - 1]);
        let found = probe.block_at(at).filter(|block| (1..=branches.len()).contains(block));
        let block = found.unwrap_or(at.block) - 1;
        let here = &joins[at.block - 1];
        let join = if here.stays_in_place() { here } else { &joins[block] };
        let flow = if found.is_some() {
            self.join_block(at, &branches[block], join, flow, probe)
        } else {
            join.without(flow, |x| branches[block].zeros(x))
        };
        if P::LOOKS { flow.changed(|y| probe.tensor(ProbePoint::Output(at), y)) } else { flow }
    }

    fn join_block<P: Probe>(
        &self,
        at: At,
        branch: &Branch,
        join: &Join,
        flow: Flow<Tensor<4>>,
        probe: &mut P,
    ) -> Flow<Tensor<4>> {
        let x = probe.tensor(ProbePoint::Input(at), join.read(&flow));
        if join.drops(&x) {
            return flow;
        }
        let fx = branch.forward(x, BranchPosition::Block(at), probe);
        join.write(flow, probe.tensor(ProbePoint::Branch(at), fx))
    }

    /// Every lesion that the network can take.
    pub(crate) fn lesions(&self) -> Vec<Lesion> {
        let mut blocks = Vec::new();
        for (stage, branches) in (1..).zip(&self.stages) {
            for block in 1..=branches.len() {
                // A branch of a dense block reads as many channels as there are at its place, and so fits no other.
                let swappable = block < branches.len() && !self.skip.concatenates();
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
