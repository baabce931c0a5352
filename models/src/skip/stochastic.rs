//! Defines `y = x + b·F(x)` in training, where b is 1 with probability p and otherwise 0, drawn once per step and
//! branch. Outside training it is `y = x + p·F(x)`: [`Skip::Stochastic`].
//!
//! The source is stochastic depth: Huang, Sun, Liu, Sedra and Weinberger 2016, arXiv:1603.09382, eqs. 2, 4 and 5. p
//! falls linearly from 1 to 0.5 at the last branch. In a Transformer's block each sub-layer is a branch with its own
//! draw.
//!
//! The host draws from the seed, the training step and the branch alone, because Burn's generators give other numbers
//! on other devices. A dropped branch is not computed, so neither its weights nor its running statistics move in that
//! step.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use burn::module::{Flag, Module, Param};
use burn::tensor::Tensor;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::style::Skip;
use crate::cost::trace::{CostTrace, TracedTensor};

/// Probability that the last branch is kept. Huang et al. 2016 use this value throughout.
const LAST: f64 = 0.5;

/// How many random words a draw may use. The branches of a step have disjoint parts of one stream.
const WORDS: u128 = 16;

/// Counts the training steps of one network. Its copies share the count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Steps(Arc<AtomicU64>);

impl Steps {
    /// Counts one more training step.
    pub(crate) fn advance(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Continues after `steps` training steps.
    pub(crate) fn resume(&self, steps: u64) {
        self.0.store(steps, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Holds one branch's chance.
#[derive(Module, Debug)]
pub(crate) struct Stochastic {
    survival: f64,
    training: Param<Flag>,
    #[module(skip)]
    seed: u64,
    #[module(skip)]
    branch: usize,
    #[module(skip)]
    steps: Steps,
}

impl Stochastic {
    /// Initializes branch `branch` (from 1) of `branches`.
    pub(crate) fn init(branch: usize, branches: usize, seed: u64, steps: Steps) -> Self {
        let survival = 1.0 - branch as f64 / branches as f64 * (1.0 - LAST);
        Self { survival, training: Param::from_bool(true), seed, branch, steps }
    }

    /// Returns whether a backward pass may follow `x`, as Burn's own dropout asks.
    fn trains<const D: usize>(&self, x: &Tensor<D>) -> bool {
        self.training.is_enabled() && x.device().is_autodiff()
    }

    /// Returns whether the branch is left out in this step.
    pub(crate) fn drops<const D: usize>(&self, x: &Tensor<D>) -> bool {
        self.trains(x) && !self.survives(self.steps.now())
    }

    fn survives(&self, step: u64) -> bool {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(step);
        rng.set_word_pos(self.branch as u128 * WORDS);
        rng.random::<f64>() < self.survival
    }

    /// Computes `y = x + F(x)` in training, and `y = x + p·F(x)` otherwise. In training, a branch with b = 0 does not
    /// come here ([`Stochastic::drops`]).
    pub(crate) fn forward<const D: usize>(&self, x: Tensor<D>, fx: Tensor<D>) -> Tensor<D> {
        if self.trains(&x) { x + fx } else { x + fx.mul_scalar(self.survival) }
    }

    /// Costs [`Stochastic::forward`] of a branch that is not left out.
    pub(crate) fn trace(name: &str, x: &TracedTensor, fx: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        trace.add(name, Skip::Stochastic.word(), x, fx)
    }
}
