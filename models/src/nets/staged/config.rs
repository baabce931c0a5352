//! Configures, builds and costs a [`Staged`] network.

use burn::nn::pool::AvgPool2dConfig;
use skipbench_ops::Conv;

use super::Staged;
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;
use crate::nets::branch::{BranchConfig, Order};
use crate::nets::head::HeadConfig;
use crate::nets::norm::BranchNorm;
use crate::nets::stem::StemConfig;
use crate::skip::Skip;
use crate::skip::concat::is_one_operation;
use crate::skip::flow::Flow;
use crate::skip::join::{JoinConfig, Layout};
use crate::skip::stochastic::Steps;

/// Holds every shape of a [`Staged`] network.
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
    /// Creates a stem and one empty stage.
    pub(crate) fn new(skip: Skip, norm: BranchNorm, stem: StemConfig, classes: usize) -> Self {
        let (stages, transitions, channels) = (vec![Vec::new()], Vec::new(), stem.output);
        Self { skip, norm, classes, stem, stages, transitions, channels }
    }

    /// Returns the channels that leave the last block or transition added.
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

    /// Returns the joins, stage by stage.
    fn joins(&self) -> Vec<Vec<JoinConfig>> {
        let branches = self.stages.iter().map(Vec::len).sum();
        let mut branch = 0;
        let mut join = |position, config: &BranchConfig| {
            branch += 1;
            let channels = config.convs.last().map_or(0, |conv| conv.output);
            let (skip, layout) = (self.skip, Layout::Maps);
            JoinConfig { skip, layout, channels, position, ends_block: true, branch, branches }
        };
        let mut stage = |branches: &Vec<BranchConfig>| {
            branches.iter().enumerate().map(|(position, branch)| join(position, branch)).collect()
        };
        self.stages.iter().map(&mut stage).collect()
    }

    /// Draws the network's weights. `seed` also seeds what is drawn as it trains.
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
    pub(crate) fn trace(&self, input: &TracedTensor, trace: &mut CostTrace) {
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

    fn trace_stage(&self, index: usize, joins: &[JoinConfig], x: TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        if self.skip.concatenates() && is_one_operation(trace.execution().memory, self.norm.is_batch()) {
            trace.enter_stage(&x);
        }
        let mut flow = Flow::enter(self.skip, x);
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
