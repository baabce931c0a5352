//! Defines how a Transformer's branches are joined: in one pre-norm body, in which only [`Skip`] changes.
//!
//! Attention and MLP are one branch each, with one join each. Concatenation changes widths too, of necessity: every
//! branch reads all that came before and adds `growth` features. Its attention is that wide, and the MLP's hidden layer
//! `mlp` times as wide. All other styles start with the same weights in their branches.

use burn::tensor::Tensor;

use super::block::BlockConfig;
use super::{ViT, ViTConfig};
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::error::{SpecError, WIDEST};
use crate::probe::{At, Probe, ProbePoint};
use crate::skip::flow::Flow;
use crate::skip::join::{Join, JoinConfig, Layout};
use crate::skip::{ResidualSkip, Skip};

/// Names one of a block's branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Branch {
    Attention,
    Mlp,
}

impl Branch {
    const ALL: [Branch; 2] = [Branch::Attention, Branch::Mlp];

    /// Returns the branch's place in the network (from 0), in block `block` (from 0).
    fn place(self, block: usize) -> usize {
        Branch::ALL.len() * block + self as usize
    }
}

impl ViTConfig {
    /// # Errors
    /// Returns an error if no Transformer takes the style or its keys do not go together, and what would be possible.
    pub(super) fn check_joins(&self) -> Result<(), SpecError> {
        if !self.skip.is_of_transformers() {
            let fix = "it stands in for BatchNorm, which a Transformer does not have: use family = \"backbone\"";
            return Err(SpecError::new("skip", self.skip, fix));
        }
        if self.skip == Skip::None {
            let fix = "write attention_skip = \"none\" and mlp_skip = \"none\" instead";
            return Err(SpecError::new("skip", self.skip, fix));
        }
        let keys = [("attention_skip", self.attention_skip), ("mlp_skip", self.mlp_skip)];
        if let Some((key, skip)) = keys.into_iter().find(|(_, skip)| *skip != ResidualSkip::Add)
            && self.skip != Skip::Add
        {
            let fix = format!("under skip = \"{}\" both branches have it; leave it out", self.skip);
            return Err(SpecError::new(key, skip.word(), fix));
        }
        self.check_growth()
    }

    fn check_growth(&self) -> Result<(), SpecError> {
        match self.growth {
            Some(growth) if self.skip.concatenates() => SpecError::unless_within("growth", growth, WIDEST)?,
            Some(growth) => {
                let fix = format!("only skip = \"{}\" grows; leave it out", Skip::Concat);
                return Err(SpecError::new("growth", growth, fix));
            }
            None => {}
        }
        let (key, width) = if self.skip.concatenates() { ("growth", self.branch()) } else { ("width", self.width) };
        if !width.is_multiple_of(self.heads) {
            return Err(SpecError::new("heads", self.heads, format!("it must divide {key} = {width}")));
        }
        Ok(())
    }

    /// Returns the width of a branch's output.
    fn branch(&self) -> usize {
        let half = (self.width / 2 / self.heads.max(1)).max(1) * self.heads;
        if self.skip.concatenates() { self.growth.unwrap_or(half) } else { self.width }
    }

    /// Returns the width of what the branch at `place` (from 0) reads, or of what leaves the last branch.
    fn input(&self, place: usize) -> usize {
        if self.skip.concatenates() { self.width + place * self.branch() } else { self.width }
    }

    /// Returns the width of what leaves the last block.
    pub(super) fn output(&self) -> usize {
        self.input(Branch::ALL.len() * self.depth)
    }

    /// Returns block `index` (from 0).
    pub(super) fn block(&self, index: usize) -> BlockConfig {
        let [attention_input, mlp_input] = Branch::ALL.map(|branch| self.input(branch.place(index)));
        let width = self.branch();
        BlockConfig { attention_input, mlp_input, width, heads: self.heads, hidden: width * self.mlp }
    }

    /// Returns every join, from first to last.
    pub(super) fn joins(&self) -> impl Iterator<Item = JoinConfig> {
        (0..self.depth).flat_map(|block| Branch::ALL.map(|branch| self.join(block, branch)))
    }

    fn join(&self, block: usize, branch: Branch) -> JoinConfig {
        let own = if branch == Branch::Attention { self.attention_skip } else { self.mlp_skip };
        JoinConfig {
            skip: if self.skip == Skip::Add { own.into() } else { self.skip },
            layout: Layout::Tokens,
            channels: self.branch(),
            position: block,
            ends_block: branch == Branch::Mlp,
            branch: branch.place(block) + 1,
            branches: Branch::ALL.len() * self.depth,
        }
    }

    /// Costs all blocks.
    pub(super) fn trace_blocks(&self, x: TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        let mut flow = Flow::enter(self.skip, x);
        for index in 0..self.depth {
            flow = self.trace_branch(index, Branch::Attention, flow, trace);
            flow = self.trace_branch(index, Branch::Mlp, flow, trace);
        }
        flow.trace_leave("head", trace)
    }

    fn trace_branch(
        &self,
        index: usize,
        branch: Branch,
        flow: Flow<TracedTensor>,
        trace: &mut CostTrace,
    ) -> Flow<TracedTensor> {
        let (block, join) = (self.block(index), self.join(index, branch));
        let name = format!("block{}.{}", index + 1, if branch == Branch::Attention { "attention" } else { "mlp" });
        let x = join.trace_read(&name, &flow, trace);
        let fx = match branch {
            Branch::Attention => block.trace_attention(&name, &x, &join, trace),
            Branch::Mlp => block.trace_mlp(&name, &x, trace),
        };
        join.trace_write(&name, flow, &fx, trace)
    }
}

/// Says which block works where.
#[derive(Debug, Clone, Copy)]
struct Site {
    at: At,
    /// The block in that place (from 1), or none if the place is empty.
    block: Option<usize>,
}

impl ViT {
    /// Runs tokens through all blocks.
    pub(super) fn run_blocks<P: Probe>(&self, x: Tensor<3>, probe: &mut P) -> Tensor<3> {
        let mut flow = Flow::enter(self.skip, x);
        let mut first_values = None;
        for place in 1..=self.blocks.len() {
            let at = At { stage: 0, block: place };
            let block = probe.block_at(at).filter(|block| (1..=self.blocks.len()).contains(block));
            for branch in Branch::ALL {
                flow = self.run_branch(Site { at, block }, branch, flow, &mut first_values, probe);
            }
            if P::LOOKS {
                flow = flow.changed(|x| probe.tensor(ProbePoint::Output(at), x));
            }
        }
        let x = flow.leave();
        if x.device().is_autodiff() {
            self.steps.advance();
        }
        x
    }

    /// Runs one branch, which reads the flow, and its join, which writes the output back.
    fn run_branch<P: Probe>(
        &self,
        site: Site,
        branch: Branch,
        flow: Flow<Tensor<3>>,
        first_values: &mut Option<Tensor<3>>,
        probe: &mut P,
    ) -> Flow<Tensor<3>> {
        let (index, join) = (site.block.unwrap_or(site.at.block) - 1, self.join_at(site, branch));
        let block = &self.blocks[index];
        if site.block.is_none() {
            return join.without(flow, |x| block.zeros(x));
        }
        // An addition goes into the branch's operation if nobody looks at what is between.
        if !P::LOOKS && self.skip == Skip::Add {
            return flow.changed(|x| match branch {
                Branch::Attention => block.attention_at_once(x, join.adds()),
                Branch::Mlp => block.mlp_at_once(x, join.adds()),
            });
        }
        let x = join.read(&flow);
        if join.drops(&x) {
            return flow;
        }
        let fx = match branch {
            Branch::Attention => block.attention(x, join.mixes(first_values), site.at, probe),
            Branch::Mlp => block.mlp(x, site.at, probe),
        };
        join.write(flow, fx)
    }

    /// Returns the block's join, or that of the place if joins belong to places.
    fn join_at(&self, site: Site, branch: Branch) -> &Join {
        let here = &self.joins[branch.place(site.at.block - 1)];
        let own = site.block.map_or(here, |block| &self.joins[branch.place(block - 1)]);
        if here.stays_in_place() { here } else { own }
    }
}
