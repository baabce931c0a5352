//! Layer normalization and its gradient.

use proptest::prelude::*;
use skipbench_kernels::layer_norm::{self, Gradients, Parameters};

use super::{cases, close, pool};
use crate::reference::{self, gammas, noise, wide};

const EPSILON: f64 = 1e-6;

/// x, dy, γ and β.
fn operands(rows: usize, width: usize, offset: f32, seed: u64) -> [Vec<f32>; 4] {
    let x = noise(rows * width, seed).into_iter().map(|x| x + offset).collect();
    [x, noise(rows * width, seed + 1), gammas(width, seed + 2), noise(width, seed + 3)]
}

fn run([x, dy, gamma, beta]: &[Vec<f32>; 4]) -> (Vec<f32>, Gradients) {
    let by = Parameters { gamma, beta, epsilon: EPSILON };
    let (y, moments) = layer_norm::forward(x, by);
    assert!(layer_norm::again(x, by, &moments) == y, "the same moments, other numbers");
    let gradients = layer_norm::backward((x, dy), gamma, &moments, None);
    let added = layer_norm::backward((x, dy), gamma, &moments, Some(x));
    let sums: Vec<f32> = gradients.x.iter().zip(x).map(|(dx, x)| dx + x).collect();
    assert!(added == Gradients { x: sums, ..gradients.clone() }, "not the addition that follows");
    (y, gradients)
}

fn compare(rows: usize, width: usize, offset: f32, seed: u64) -> Result<(), TestCaseError> {
    let operands = operands(rows, width, offset, seed);
    let (y, gradients) = run(&operands);
    let [x, dy, gamma, beta] = operands.each_ref().map(|values| wide(values));
    let [mut all_y, mut dx, mut dgamma, mut dbeta] = [vec![], vec![], vec![0.0; width], vec![0.0; width]];
    for (x, dy) in x.chunks(width).zip(dy.chunks(width)) {
        let [row_y, row_dx, row_gamma, row_beta] = reference::layer_norm(x, &gamma, &beta, EPSILON, dy);
        all_y.extend(row_y);
        dx.extend(row_dx);
        dgamma.iter_mut().zip(row_gamma).for_each(|(sum, value)| *sum += value);
        dbeta.iter_mut().zip(row_beta).for_each(|(sum, value)| *sum += value);
    }
    // The mean is rounded at the magnitude of x, which the division by a small deviation enlarges.
    let coarse = 1.0 + f64::from(offset.abs());
    close("y", &y, &all_y, 1e-5 * coarse)?;
    close("dx", &gradients.x, &dx, 1e-4 * coarse)?;
    close("dγ", &gradients.gamma, &dgamma, 1e-4 * coarse)?;
    close("dβ", &gradients.beta, &dbeta, 1e-5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(96)))]

    #[test]
    fn normalization_agrees_with_f64(
        rows in 1..200usize,
        width in 4..150usize,
        offset in prop_oneof![Just(0.0), -20.0..20.0f32],
        seed in 0..1000u64,
    ) {
        compare(rows, width, offset, seed)?;
    }
}

/// A row of one number is its β, and its gradient nothing.
#[test]
fn one_number_is_its_mean() {
    let (y, gradients) = run(&[vec![3.0, -2.0], vec![1.0, 2.0], vec![5.0], vec![7.0]]);
    assert_eq!((y, gradients.x), (vec![7.0; 2], vec![0.0; 2]));
    assert_eq!((gradients.gamma, gradients.beta), (vec![0.0], vec![3.0]));
}

#[test]
fn results_do_not_depend_on_threads() {
    let (rows, width) = if cfg!(miri) { (70, 5) } else { (523, 97) };
    let operands = operands(rows, width, 0.0, 3);
    let alone = pool(1).install(|| run(&operands));
    for threads in [2, 3, 5] {
        assert!(pool(threads).install(|| run(&operands)) == alone, "{threads} threads");
    }
}
