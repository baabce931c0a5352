//! Defines stages of shape-preserving blocks under one skip, with transitions between them. DenseNets and the
//! controlled backbone share this form.
//!
//! stem – join(x, F(x)) … – transition – join(x, F(x)) … – BN–ReLU–pool–linear

mod config;

use burn::module::Module;
use burn::nn::pool::AvgPool2d;
use burn::tensor::Tensor;

pub(super) use config::StagedConfig;

use super::branch::Branch;
use super::dense_stage;
use super::head::Head;
use super::stem::Stem;
use crate::inputs::execution::Execution;
use crate::probe::{At, BranchPosition, Lesion, LesionSite, Probe, ProbePoint, lesions};
use crate::skip::Skip;
use crate::skip::concat::is_one_operation;
use crate::skip::flow::Flow;
use crate::skip::join::Join;
use crate::skip::stochastic::Steps;

/// A network of stages: stem – stages with transitions between – head.
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
    /// Returns the logits. `probe` sees the pass.
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

    /// Runs the blocks of the first stage alone, as a stack.
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
        // A probe looks between the blocks.
        if !P::LOOKS && self.is_one_operation(index) {
            return dense_stage::forward(&self.stages[index], x, self.execution);
        }
        let mut flow = Flow::enter(self.skip, x);
        for place in 1..=self.stages[index].len() {
            flow = self.run_block(At { stage: index + 1, block: place }, flow, probe);
        }
        flow.leave()
    }

    /// Returns whether a stage of concatenating blocks runs as one operation.
    fn is_one_operation(&self, index: usize) -> bool {
        let batch_norm = self.stages[index].iter().all(Branch::has_batch_norm);
        self.skip.concatenates() && is_one_operation(self.execution.memory, batch_norm)
    }

    /// Runs one place of a stage: the block in it reads the flow and writes to it.
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

    /// Runs a block: it reads the flow, and its join writes what its branch returns.
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

    /// Returns every lesion that the network can take.
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

    /// Continues after `steps` training steps, for networks where chance depends on them.
    pub(crate) fn resume(&self, steps: u64) {
        self.steps.resume(steps);
    }
}
