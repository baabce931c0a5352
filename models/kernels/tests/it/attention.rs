//! Attention and its gradient, on every instruction set that the CPU has.

use proptest::prelude::*;
use skipbench_kernels::attention::Kept;
use skipbench_kernels::{Attention, Isa};

use super::{cases, close, every_isa, pool};
use crate::reference::{self, noise};

/// Images, tokens, heads, numbers of a head.
type Shape = [usize; 4];

/// Queries, keys and values, and the gradient of the output.
fn operands([batch, tokens, heads, size]: Shape, sharp: f32, seed: u64) -> [Vec<f32>; 2] {
    let len = batch * tokens * heads * size;
    [noise(3 * len, seed).into_iter().map(|x| sharp * x).collect(), noise(len, seed + 1)]
}

/// The output and the gradient of queries, keys and values.
fn found(isa: Isa, [batch, tokens, heads, size]: Shape, [qkv, dy]: &[Vec<f32>; 2]) -> [Vec<f32>; 2] {
    let attention = Attention::new(batch, tokens, heads, size).with_isa(isa);
    let (y, logarithms) = attention.output(qkv);
    let d = attention.gradient(Kept { qkv, y: &y, logarithms: &logarithms }, dy);
    [y, d]
}

fn expected([batch, tokens, heads, size]: Shape, [qkv, dy]: &[Vec<f32>; 2]) -> [Vec<f64>; 2] {
    let width = heads * size;
    let [mut y, mut d] = [vec![0.0; dy.len()], vec![0.0; qkv.len()]];
    for (image, head) in (0..batch).flat_map(|image| (0..heads).map(move |head| (image, head))) {
        let row = |token: usize| image * tokens + token;
        let take = |from: &[f32], distance: usize, first: usize| -> Vec<f64> {
            let place = |token: usize| row(token) * distance + first;
            (0..tokens).flat_map(|token| from[place(token)..][..size].iter().map(|&x| f64::from(x))).collect()
        };
        let [q, k, v] = [0, 1, 2].map(|part| take(qkv, 3 * width, part * width + head * size));
        let [own, dq, dk, dv] = reference::attention(&q, &k, &v, size, &take(dy, width, head * size));
        for (token, own) in own.chunks(size).enumerate() {
            y[row(token) * width + head * size..][..size].copy_from_slice(own);
        }
        for (part, values) in [dq, dk, dv].iter().enumerate() {
            for (token, values) in values.chunks(size).enumerate() {
                let first = row(token) * 3 * width + part * width + head * size;
                d[first..][..size].copy_from_slice(values);
            }
        }
    }
    [y, d]
}

fn compare(shape: Shape, sharp: f32, seed: u64) -> Result<(), TestCaseError> {
    let operands = operands(shape, sharp, seed);
    let [y, d] = expected(shape, &operands);
    for isa in every_isa() {
        let [own_y, own_d] = found(isa, shape, &operands);
        close(&format!("y of {shape:?} on {isa:?}"), &own_y, &y, 1e-5)?;
        close(&format!("the gradient of {shape:?} on {isa:?}"), &own_d, &d, 1e-4)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(64)))]

    #[test]
    fn attention_agrees_with_f64(
        batch in 1..3usize,
        tokens in 1..70usize,
        heads in 1..4usize,
        size in 1..40usize,
        sharp in prop_oneof![Just(1.0f32), Just(4.0)],
        seed in 0..1000u64,
    ) {
        compare([batch, tokens, heads, size], sharp, seed)?;
    }
}

/// More tokens than a block of keys has, so that earlier sums are rescaled; prime sizes; one token.
#[test]
#[cfg(not(miri))]
fn many_tokens_agree_with_f64() {
    for shape in [[1, 521, 1, 7], [1, 253, 2, 67], [2, 252, 1, 64], [3, 1, 5, 13], [1, 65, 3, 64]] {
        compare(shape, 3.0, 9).expect("near");
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let shape = if cfg!(miri) { [2, 3, 2, 3] } else { [5, 61, 3, 23] };
    let operands = operands(shape, 1.0, 4);
    for isa in every_isa() {
        let alone = pool(1).install(|| found(isa, shape, &operands));
        for threads in [2, 3, 5] {
            assert!(pool(threads).install(|| found(isa, shape, &operands)) == alone, "{isa:?}: {threads} threads");
        }
    }
}

/// Scores far apart neither overflow nor vanish altogether: the largest decides.
#[test]
fn large_scores_choose() {
    for isa in every_isa() {
        // Two tokens, one head of one number: the query of both prefers the second key by far.
        let qkv = [100.0, -50.0, 1.0, 100.0, 50.0, 2.0];
        let (y, _) = Attention::new(1, 2, 1, 1).with_isa(isa).output(&qkv);
        assert_eq!(y, [2.0, 2.0]);
    }
}

/// A network that diverged must show it.
#[test]
fn what_is_no_number_stays_none() {
    for isa in every_isa() {
        let qkv = [1.0, f32::NAN, 1.0, 1.0, 1.0, 2.0];
        let (y, _) = Attention::new(1, 2, 1, 1).with_isa(isa).output(&qkv);
        assert!(y.iter().all(|y| y.is_nan()), "{y:?}");
    }
}
