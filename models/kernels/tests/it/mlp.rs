//! An MLP, and linear layers with a normalization before or an addition behind, have the bits of the parts that they
//! are made of, on every instruction set. The parts are compared with sums in f64 where they are tested.

use proptest::prelude::*;
use skipbench_kernels::layer_norm::{self, Parameters};
use skipbench_kernels::mlp::Weights;
use skipbench_kernels::{Isa, Linear, Mlp};

use super::{cases, every_isa, pool};
use crate::reference::noise;

const EPSILON: f64 = 1e-6;

struct Operands {
    x: Vec<f32>,
    gamma: Vec<f32>,
    beta: Vec<f32>,
    up: [Vec<f32>; 2],
    down: [Vec<f32>; 2],
}

impl Operands {
    fn new([rows, width, hidden]: [usize; 3], seed: u64) -> Self {
        let of = |len: usize, part: u64| noise(len, 10 * seed + part);
        let (up, down) = ([of(width * hidden, 4), of(hidden, 5)], [of(hidden * width, 6), of(width, 7)]);
        Self { x: of(rows * width, 1), gamma: of(width, 2), beta: of(width, 3), up, down }
    }

    fn by(&self) -> Parameters<'_> {
        Parameters { gamma: &self.gamma, beta: &self.beta, epsilon: EPSILON }
    }

    fn weights(&self) -> Weights<'_> {
        Weights { up: (&self.up[0], &self.up[1]), down: (&self.down[0], &self.down[1]) }
    }
}

fn sum(y: &[f32], x: &[f32]) -> Vec<f32> {
    y.iter().zip(x).map(|(y, x)| y + x).collect()
}

fn compare(shape: [usize; 3], isa: Isa, operands: &Operands) -> Result<(), TestCaseError> {
    let [rows, width, hidden] = shape;
    let Operands { x, up, down, .. } = operands;
    let (by, weights) = (operands.by(), operands.weights());
    let (normal, moments) = layer_norm::forward(x, by);
    let layer = Linear::new(rows, width, hidden).with_isa(isa);
    let entering = layer.output(&normal, &up[0], &up[1]);
    prop_assert!(layer.output_normalized(x, by, &up[0], &up[1]) == (entering.clone(), moments.clone()));
    let layer = Linear::new(rows, hidden, width).with_isa(isa).activated();
    let plain = layer.output(&entering, &down[0], &down[1]);
    let added = sum(&plain, x);
    prop_assert!(layer.output_added(&entering, &down[0], &down[1], x) == added);
    let mlp = Mlp::new(rows, width, hidden).with_isa(isa);
    for (skip, expected) in [(false, plain), (true, added)] {
        prop_assert!(mlp.infer(x, by, weights, skip) == expected, "{isa:?}, {skip}");
        let trained = mlp.train(x, by, weights, skip);
        prop_assert!(trained.y == expected && trained.hidden == entering && trained.moments == moments);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(48)))]

    #[test]
    fn an_mlp_is_its_parts(rows in 1..200usize, width in 1..50usize, hidden in 1..70usize, seed in 0..1000u64) {
        let operands = Operands::new([rows, width, hidden], seed);
        for isa in every_isa() {
            compare([rows, width, hidden], isa, &operands)?;
        }
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let shape = if cfg!(miri) { [5, 3, 7] } else { [401, 33, 131] };
    let operands = Operands::new(shape, 1);
    for isa in every_isa() {
        let mlp = Mlp::new(shape[0], shape[1], shape[2]).with_isa(isa);
        let on =
            |threads: usize| pool(threads).install(|| mlp.train(&operands.x, operands.by(), operands.weights(), true));
        let alone = on(1);
        for threads in [2, 3, 5] {
            assert!(on(threads) == alone, "{isa:?}: {threads} threads");
        }
    }
}
