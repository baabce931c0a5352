//! Random stages, and the numbers that enter them.

use std::ops::Range;

use proptest::prelude::*;
use skipbench_ops::block::{Activations, Stage};
use skipbench_ops::{Conv, Engine};

use super::super::EPSILON;
use super::super::reference::{gammas, noise};

/// A stage, and what enters it.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) input: usize,
    pub(super) layers: Vec<Vec<Conv>>,
    pub(super) batch: usize,
    pub(super) size: [usize; 2],
    pub(super) seed: u64,
}

/// `count` layers that add `growth` channels each: a 3×3 convolution, or a pointwise one before it.
pub(super) fn layers(input: usize, count: usize, growth: usize, bottleneck: bool) -> Vec<Vec<Conv>> {
    let layer = |read: usize| {
        if bottleneck {
            return vec![Conv::new(read, 4 * growth, 1), Conv::new(4 * growth, growth, 3)];
        }
        vec![Conv::new(read, growth, 3)]
    };
    (0..count).map(|index| layer(input + index * growth)).collect()
}

prop_compose! {
    pub(super) fn cases()(
        (bottleneck, count) in (any::<bool>(), 1..4usize),
        (growth, input) in (1..6usize, 1..20usize),
        (batch, height, width) in (1..4usize, 1..12usize, 1..12usize)
            .prop_filter("few numbers have hardly a variance", |(batch, height, width)| batch * height * width > 15),
        seed in 0..1000u64,
    ) -> Case {
        Case { input, layers: layers(input, count, growth, bottleneck), batch, size: [height, width], seed }
    }
}

/// Where the numbers of a convolution stand: γ, β and weights among the parameters, mean and variance among the
/// statistics.
pub(super) struct Ranges {
    pub(super) conv: Conv,
    pub(super) parameters: [Range<usize>; 3],
    pub(super) statistics: [Range<usize>; 2],
}

impl Case {
    pub(super) fn convs(&self) -> impl Iterator<Item = &Conv> {
        self.layers.iter().flatten()
    }

    pub(super) fn x(&self) -> Vec<f32> {
        noise(self.batch * self.input * self.size[0] * self.size[1], self.seed)
    }

    pub(super) fn shape(&self) -> [usize; 4] {
        [self.batch, self.input, self.size[0], self.size[1]]
    }

    /// γ, β and weights of each convolution; weights as large as keeps what comes out as large as what goes in.
    pub(super) fn parameters(&self) -> Vec<f32> {
        let of = |(index, conv): (u64, &Conv)| {
            let seed = self.seed + 3 * index;
            let limit = (3.0 / (conv.input * conv.kernel * conv.kernel) as f32).sqrt();
            let weights = noise(conv.weights(), seed + 3).into_iter().map(|weight| weight * limit).collect();
            [gammas(conv.input, seed + 1), noise(conv.input, seed + 2), weights].concat()
        };
        (0..).zip(self.convs()).flat_map(of).collect()
    }

    /// Mean and variance of each convolution, for inference.
    pub(super) fn statistics(&self) -> Vec<f32> {
        let of = |(index, conv): (u64, &Conv)| {
            let [mean, variance] = [0, 1].map(|part| noise(conv.input, self.seed + 2 * index + part + 500));
            let mean = mean.into_iter().map(|mean| 0.1 * mean);
            mean.chain(variance.into_iter().map(|variance| 0.9 + 0.1 * variance)).collect::<Vec<_>>()
        };
        (0..).zip(self.convs()).flat_map(of).collect()
    }

    pub(super) fn ranges(&self) -> Vec<Ranges> {
        let (mut parameters, mut statistics) = (0, 0);
        let take = |from: &mut usize, count: usize| {
            *from += count;
            *from - count..*from
        };
        let mut ranges = |conv: &Conv| Ranges {
            conv: *conv,
            parameters: [conv.input, conv.input, conv.weights()].map(|count| take(&mut parameters, count)),
            statistics: [conv.input; 2].map(|count| take(&mut statistics, count)),
        };
        self.convs().map(&mut ranges).collect()
    }

    pub(super) fn stage(&self, engine: Engine, activations: Activations) -> Stage {
        Stage { input: self.input, layers: self.layers.clone(), epsilon: EPSILON, engine, activations }
    }
}
