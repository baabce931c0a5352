//! Batch normalization: alone, with ReLU, with addition and ReLU; and the gradient that several normalizations of one
//! tensor share.

use proptest::prelude::*;
use skipbench_kernels::Planes;
use skipbench_kernels::norm::{self, DeferredSums, Epilogue, Mask, Parameters};

use super::{cases, pool};
use crate::reference::{Maps, Moments, Norm, apart, gammas, gate, is_doubtful, noise, relu, wide};

const EPSILON: f64 = 1e-5;

/// γ and β as the kernels and as the reference take them.
struct Affine {
    gamma: Vec<f32>,
    beta: Vec<f32>,
}

impl Affine {
    fn draw(channels: usize, seed: u64) -> Self {
        Self { gamma: gammas(channels, seed), beta: noise(channels, seed + 1) }
    }

    fn parameters(&self) -> Parameters<'_> {
        Parameters { gamma: &self.gamma, beta: &self.beta, epsilon: EPSILON }
    }

    fn norm(&self) -> Norm {
        Norm { gamma: wide(&self.gamma), beta: wide(&self.beta) }
    }
}

fn planes(x: &[f32], [batch, channels, height, width]: [usize; 4]) -> Planes<'_> {
    Planes::new(x, batch, channels, height * width)
}

fn close(what: &str, found: &[f32], expected: &[f64], tolerance: f64) -> Result<(), TestCaseError> {
    let apart = apart(found, expected);
    prop_assert!(apart <= tolerance, "{what} differs by {apart}");
    Ok(())
}

fn shapes() -> impl Strategy<Value = [usize; 4]> {
    let side = if cfg!(miri) { 6 } else { 24usize };
    [1..5usize, 1..8usize, 1..side, 1..side]
        .prop_filter("few numbers have hardly a variance", |[batch, _, height, width]| batch * height * width > 7)
}

/// Every result of a normalization.
#[derive(Debug, PartialEq)]
struct Results {
    y: Vec<f32>,
    mean: Vec<f32>,
    variance: Vec<f32>,
    dx: Vec<f32>,
    gamma: Vec<f32>,
    beta: Vec<f32>,
    shortcut: Option<Vec<f32>>,
    inferred: Vec<f32>,
}

/// `then` is nothing, ReLU, or the addition of a shortcut and ReLU.
fn run(shape: [usize; 4], x: &[f32], shortcut: &[f32], dy: &[f32], by: &Affine, then: usize) -> Results {
    let [batch, channels, height, width] = shape;
    let epilogue = [Epilogue::Identity, Epilogue::Relu, Epilogue::AddRelu(planes(shortcut, shape))][then];
    let (y, (mean, variance)) = norm::train(planes(x, shape), by.parameters(), epilogue);
    let mask = [Mask::All, Mask::Normalized, Mask::Output(planes(&y, shape))][then];
    let (mut dx, mut inferred) = (dy.to_vec(), x.to_vec());
    let found = norm::backward(planes(x, shape), by.parameters(), (&mean, &variance), mask, &mut dx);
    norm::infer([batch, channels, height * width], &mut inferred, by.parameters(), (&mean, &variance), epilogue);
    let norm::Gradients { gamma, beta, shortcut } = found;
    Results { y, mean, variance, dx, gamma, beta, shortcut, inferred }
}

/// Every result of a normalization, of numbers around `offset`; refuses a case in which rounding decides about a ReLU.
fn compare(shape: [usize; 4], then: usize, offset: f32, seed: u64) -> Result<(), TestCaseError> {
    let len = shape.iter().product();
    let x: Vec<f32> = noise(len, seed).iter().map(|x| x + offset).collect();
    let (shortcut, dy, by) = (noise(len, seed + 1), noise(len, seed + 2), Affine::draw(shape[1], seed + 3));
    let [maps, added, d] = [&x, &shortcut, &dy].map(|values| Maps::of(shape, values));
    let moments = Moments::of(&maps);
    let normalized = by.norm().apply(&maps, &moments);
    let before = if then == 2 { normalized.zip(&added, |a, b| a + b) } else { normalized };
    prop_assume!(then == 0 || !is_doubtful(&before));
    let (y, d) = if then == 0 { (before, d) } else { (relu(&before), gate(&before, &d)) };
    let (dx, gamma, beta) = by.norm().gradient(&maps, &moments, &d);
    let found = run(shape, &x, &shortcut, &dy, &by, then);
    // The mean is rounded at the magnitude of x, which the division by a small deviation enlarges.
    let coarse = 1.0 + f64::from(offset.abs());
    close("y", &found.y, &y.data, 1e-5 * coarse)?;
    close("y by given statistics", &found.inferred, &y.data, 1e-5 * coarse)?;
    close("mean", &found.mean, &moments.mean, 1e-6)?;
    close("variance", &found.variance, &moments.variance, 1e-5)?;
    close("dx", &found.dx, &dx.data, 1e-4 * coarse)?;
    close("dγ", &found.gamma, &gamma, 1e-4 * coarse)?;
    close("dβ", &found.beta, &beta, 1e-4)?;
    prop_assert_eq!(found.shortcut.is_some(), then == 2);
    if let Some(shortcut) = &found.shortcut {
        close("the shortcut's gradient", shortcut, &d.data, 1e-6)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(96)))]

    #[test]
    fn normalization_agrees_with_f64(
        shape in shapes(),
        then in 0..3usize,
        offset in prop_oneof![Just(0.0), -20.0..20.0f32],
        seed in 0..1000u64,
    ) {
        compare(shape, then, offset, seed)?;
    }

    #[test]
    fn deferred_gradients_are_those_of_each_normalization(
        shape in shapes(),
        seed in 0..1000u64,
        reads in prop::collection::vec(1..8usize, 1..4),
        cut in 0..8usize,
    ) {
        let [batch, channels, height, width] = shape;
        let len = shape.iter().product();
        let (x, start) = (noise(len, seed), noise(len, seed + 1));
        let maps = Maps::of(shape, &x);
        let (mean, variance) = norm::batch_statistics(planes(&x, shape));
        let (mut expected, mut dx, mut deferred) = (wide(&start), start, vec![DeferredSums::default(); channels]);
        for (index, read) in reads.into_iter().enumerate() {
            let (read, seed) = (read.min(channels), seed + 10 * (index as u64 + 1));
            let part = maps.part(0, read);
            let (by, dy) = (Affine::draw(read, seed), noise(part.data.len(), seed + 2));
            let moments = Moments::of(&part);
            let normalized = by.norm().apply(&part, &moments);
            prop_assume!(!is_doubtful(&normalized));
            let statistics = (&mean[..read], &variance[..read]);
            let activated = norm::normalize_relu(planes(&x, shape), by.parameters(), statistics);
            close("normalized", &activated, &relu(&normalized).data, 1e-5)?;
            let d = gate(&normalized, &Maps::of(part.shape, &dy));
            let (own, gamma, beta) = by.norm().gradient(&part, &moments, &d);
            let nothing = Maps::new([batch, channels - read, height, width], vec![0.0; len - part.data.len()]);
            expected.iter_mut().zip(own.join(&nothing).data).for_each(|(sum, own)| *sum += own);
            let both = (planes(&x, shape), planes(&dy, part.shape));
            let found = norm::backward_deferred(both, by.parameters(), (&mean, &variance), &mut dx, &mut deferred);
            close("dγ", &found.0, &gamma, 1e-4)?;
            close("dβ", &found.1, &beta, 1e-4)?;
        }
        let (expected, cut) = (Maps::new(shape, expected), cut.min(channels));
        for (first, end) in [(0, cut), (cut, channels)] {
            let both = (planes(&x, shape), planes(&dx, shape));
            let settled = norm::settle(both, first, (&mean, &variance), EPSILON, &deferred[first..end]);
            close("dx", &settled, &expected.part(first, end - first).data, 1e-4)?;
        }
    }
}

/// Sums over a channel move from f32 to f64 after some thousand numbers.
#[test]
#[cfg(not(miri))]
fn long_channels_agree_with_f64() {
    compare([5, 2, 73, 67], 0, 0.0, 5).expect("near");
    compare([5, 2, 73, 67], 0, 100.0, 6).expect("near");
}

#[test]
fn results_do_not_depend_on_threads() {
    let shape = if cfg!(miri) { [2, 3, 5, 5] } else { [7, 13, 17, 19] };
    let len = shape.iter().product();
    let [x, shortcut, dy] = [1, 2, 3].map(|seed| noise(len, seed));
    let by = Affine::draw(shape[1], 4);
    for then in 0..3 {
        let on = |threads: usize| pool(threads).install(|| run(shape, &x, &shortcut, &dy, &by, then));
        let alone = on(1);
        for threads in [2, 3, 5] {
            assert_eq!(on(threads), alone, "{threads} threads");
        }
    }
}
