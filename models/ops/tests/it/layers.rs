//! Every operation of this crate's kernels against Burn's own and, where `kernels` does not, against sums in f64:
//! random shapes, odd sizes, one image, one channel. Dense blocks are `block`'s.

use burn::tensor::activation::relu;
use burn::tensor::module::{batch_norm, batch_norm_train, conv2d};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData, bf16};
use proptest::prelude::*;
use skipbench_kernels::ConvShape;
use skipbench_ops::layer::{
    Affine, Window, convolve, norm_infer, norm_relu_convolve_infer, norm_relu_convolve_train, norm_train,
};
use skipbench_ops::{Epilogue, Products};

use super::reference::{Maps, Moments, Norm, Step, apart, gammas, noise, wide};
use super::{EPSILON, values};

fn device() -> Device {
    Device::flex().autodiff()
}

fn tensor<const D: usize>(shape: [usize; D], seed: u64) -> Tensor<D> {
    let values = noise(shape.iter().product(), seed);
    Tensor::from_data(TensorData::new(values, shape), &device()).require_grad()
}

/// The Euclidean distance.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len(), "not as many numbers");
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}

/// Largest difference over the largest magnitude.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len(), "not as many numbers");
    let scale = b.iter().fold(1e-6f32, |largest, value| largest.max(value.abs()));
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    // A difference that is not a number is one, which `f32::max` would pass over.
    differences.fold(0f32, |largest, difference| if difference <= largest { largest } else { difference }) / scale
}

/// [`tensor`] of noise to which `factor` was applied.
fn rounded(shape: [usize; 4], seed: u64, factor: fn(f32) -> f32) -> Tensor<4> {
    let values: Vec<f32> = noise(shape.iter().product(), seed).into_iter().map(factor).collect();
    Tensor::from_data(TensorData::new(values, shape), &device()).require_grad()
}

/// The output, and the gradients of `inputs` for output gradients that vary.
fn differentiate<const D: usize>(y: Tensor<4>, maps: &[&Tensor<4>], rest: &[&Tensor<D>]) -> Vec<Vec<f32>> {
    let weights = Tensor::from_data(TensorData::new(noise(y.dims().iter().product(), 99), y.dims()), &y.device());
    let gradients = (y.clone() * weights).sum().backward();
    let mut found = vec![values(y.inner())];
    found.extend(maps.iter().map(|x| values(x.grad(&gradients).expect("it has one"))));
    found.extend(rest.iter().map(|x| values(x.grad(&gradients).expect("it has one"))));
    found
}

/// The first of `own` to 1e-5, the gradients to 1e-3: two computations in f32, of which either may miss a sum that
/// cancels. How near ours are to the exact ones is asked below, and of the kernels.
fn check(own: &[Vec<f32>], expected: &[Vec<f32>]) -> Result<(), TestCaseError> {
    prop_assert_eq!(own.len(), expected.len());
    for (index, (own, expected)) in own.iter().zip(expected).enumerate() {
        let (apart, tolerance) = (apart(own, &wide(expected)), if index == 0 { 1e-5 } else { 1e-3 });
        prop_assert!(apart <= tolerance, "result {} differs by {}", index, apart);
    }
    Ok(())
}

/// Whether no number is so near to 0 that its rounding decides what a ReLU lets through, and with it a gradient.
fn decided(x: &Tensor<4>) -> bool {
    values(x.clone().inner()).iter().all(|value| value.abs() > 1e-5)
}

fn shape() -> impl Strategy<Value = [usize; 4]> {
    [1..5usize, 1..8usize, 1..24usize, 1..24usize]
        .prop_filter("one number has no variance", |[batch, _, height, width]| batch * height * width > 3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn convolution_is_burns(
        [batch, input, height, width] in [1..4usize, 1..6usize, 3..20usize, 3..20usize],
        output in 1..14usize,
        three in any::<bool>(),
        stride in 1..3usize,
    ) {
        let kernel = if three { 3 } else { 1 };
        let window = Window { stride, padding: kernel / 2, products: Products::F32 };
        let run = |native: bool| {
            let x = tensor([batch, input, height, width], 1);
            let weight = tensor([output, input, kernel, kernel], 2);
            let options = ConvOptions::new([stride; 2], [window.padding; 2], [1, 1], 1);
            let y = if native {
                convolve(x.clone(), weight.clone(), window)
            } else {
                conv2d(x.clone(), weight.clone(), None, options)
            };
            differentiate::<1>(y, &[&x, &weight], &[])
        };
        check(&run(true), &run(false))?;
    }

    #[test]
    fn products_in_bf16_are_those_of_rounded_factors(
        [batch, input, height, width] in [1..4usize, 1..6usize, 3..20usize, 3..20usize],
        output in 1..14usize,
        three in any::<bool>(),
        stride in 1..3usize,
    ) {
        let kernel = if three { 3 } else { 1 };
        let run = |products, factor: fn(f32) -> f32| {
            let window = Window { stride, padding: kernel / 2, products };
            let x = rounded([batch, input, height, width], 1, factor);
            let weight = rounded([output, input, kernel, kernel], 2, factor);
            let y = convolve(x.clone(), weight.clone(), window);
            let gradients = (y.clone() * rounded(y.dims(), 99, factor)).sum().backward();
            let of = |tensor: &Tensor<4>| values(tensor.grad(&gradients).expect("it has one"));
            vec![values(y.inner()), of(&x), of(&weight)]
        };
        let expected = run(Products::F32, |value| bf16::from_f32(value).to_f32());
        for (index, (found, expected)) in run(Products::Bf16, |value| value).iter().zip(&expected).enumerate() {
            let (apart, tolerance) = (apart(found, &wide(expected)), if index == 0 { 1e-5 } else { 1e-4 });
            prop_assert!(apart <= tolerance, "result {} differs by {}", index, apart);
        }
    }

    #[test]
    fn normalization_is_burns(shape in shape(), then in 0..3usize) {
        let channels = shape[1];
        let mut clear = false;
        let mut run = |native: bool| {
            let (x, shortcut) = (tensor(shape, 1), tensor(shape, 2));
            let (gamma, beta) = (tensor([channels], 3), tensor([channels], 4));
            let by = Affine { gamma: gamma.clone(), beta: beta.clone(), epsilon: EPSILON };
            let after = [Epilogue::Identity, Epilogue::Relu, Epilogue::AddRelu(shortcut.clone())].into_iter().nth(then);
            let (y, mean, variance) = if native {
                norm_train(x.clone(), by, after.expect("three"))
            } else {
                let done = batch_norm_train(x.clone(), gamma.clone(), beta.clone(), EPSILON);
                let sum = if then == 2 { done.output + shortcut.clone() } else { done.output };
                clear = then == 0 || decided(&sum);
                (if then == 0 { sum } else { relu(sum) }, done.mean, done.variance)
            };
            let maps = if then == 2 { vec![&x, &shortcut] } else { vec![&x] };
            let mut found = differentiate(y, &maps, &[&gamma, &beta]);
            found.extend([mean, variance].map(|statistic| values(statistic.inner())));
            found
        };
        let (own, burns) = (run(true), run(false));
        prop_assume!(clear);
        check(&own, &burns)?;
    }

    #[test]
    fn normalization_and_convolution_in_one_are_burns(
        shape in shape(),
        output in 1..14usize,
        three in any::<bool>(),
        stride in 1..3usize,
    ) {
        let (channels, kernel) = (shape[1], if three { 3 } else { 1 });
        let window = Window { stride, padding: kernel / 2, products: Products::F32 };
        let mut clear = false;
        let mut run = |native: bool| {
            let (x, weight) = (tensor(shape, 1), tensor([output, channels, kernel, kernel], 2));
            let (gamma, beta) = (tensor([channels], 3), tensor([channels], 4));
            let by = Affine { gamma: gamma.clone(), beta: beta.clone(), epsilon: EPSILON };
            let (y, mean, variance) = if native {
                norm_relu_convolve_train(x.clone(), by, weight.clone(), window)
            } else {
                let done = batch_norm_train(x.clone(), gamma.clone(), beta.clone(), EPSILON);
                clear = decided(&done.output);
                let options = ConvOptions::new([stride; 2], [window.padding; 2], [1, 1], 1);
                (conv2d(relu(done.output), weight.clone(), None, options), done.mean, done.variance)
            };
            let again = Affine { gamma: gamma.clone().inner(), beta: beta.clone().inner(), epsilon: EPSILON };
            let given = (mean.clone().inner(), variance.clone().inner());
            let inferred = norm_relu_convolve_infer(x.clone().inner(), again, given, weight.clone().inner(), window);
            let difference = difference(&values(inferred), &values(y.clone().inner()));
            assert!(difference <= 1e-5, "by the same statistics it differs by {difference}");
            let mut found = differentiate(y, &[&x, &weight], &[&gamma, &beta]);
            found.extend([mean, variance].map(|statistic| values(statistic.inner())));
            found
        };
        let (own, burns) = (run(true), run(false));
        prop_assume!(clear);
        check(&own, &burns)?;
    }

    #[test]
    fn normalization_by_given_statistics_is_burns(shape in shape(), then in 0..3usize) {
        let channels = shape[1];
        let (x, shortcut) = (tensor(shape, 1).inner(), tensor(shape, 2).inner());
        let [gamma, beta, mean] = [3, 4, 5].map(|seed| tensor([channels], seed).inner());
        let variance = tensor([channels], 6).inner().abs();
        let expected = batch_norm(x.clone(), gamma.clone(), beta.clone(), mean.clone(), variance.clone(), EPSILON);
        let (then, expected) = match then {
            0 => (Epilogue::Identity, expected),
            1 => (Epilogue::Relu, relu(expected)),
            _ => (Epilogue::AddRelu(shortcut.clone()), relu(expected + shortcut)),
        };
        let y = norm_infer(x.clone(), Affine { gamma, beta, epsilon: EPSILON }, (mean, variance), then);
        let (y, expected) = (values(y), values(expected));
        prop_assert!(difference(&y, &expected) <= 1e-5);
        // It wrote onto a copy: we still hold x.
        prop_assert_eq!(values(x), noise(shape.iter().product(), 1));
    }

    #[test]
    fn normalization_and_convolution_in_one_are_those_of_sums_in_f64(
        shape in shape().prop_filter("few numbers have hardly a variance", |[batch, _, h, w]| batch * h * w > 7),
        output in 1..14usize,
        three in any::<bool>(),
        stride in 1..3usize,
        seed in 0..1000u64,
    ) {
        let ([batch, channels, height, width], kernel) = (shape, if three { 3 } else { 1 });
        let window = Window { stride, padding: kernel / 2, products: Products::F32 };
        let (x, weight) = (tensor(shape, seed), tensor([output, channels, kernel, kernel], seed + 1));
        let gamma = Tensor::<1>::from_floats(&gammas(channels, seed + 2)[..], &device()).require_grad();
        let beta = tensor([channels], seed + 3);
        let by = Affine { gamma: gamma.clone(), beta: beta.clone(), epsilon: EPSILON };
        let (y, mean, variance) = norm_relu_convolve_train(x.clone(), by, weight.clone(), window);
        let mut found = differentiate(y, &[&x, &weight], &[&gamma, &beta]);
        found.extend([mean, variance].map(|statistic| values(statistic.inner())));
        let conv =
            ConvShape { batch, input: channels, output, height, width, kernel, stride, padding: window.padding };
        let [gamma, beta] = [gamma, beta].map(|tensor| wide(&values(tensor.inner())));
        let step = Step { shape: conv, norm: Norm { gamma, beta }, weight: wide(&values(weight.inner())) };
        let x = Maps::of(shape, &values(x.inner()));
        let moments = Moments::of(&x);
        let expected = step.apply(&x, &moments);
        prop_assume!(expected.is_some());
        let y = expected.expect("just asked");
        let (dx, [gamma, beta, weight]) = step.gradient(&x, &Maps::of(y.shape, &noise(y.data.len(), 99)));
        let expected = [y.data, dx.data, weight, gamma, beta, moments.mean, moments.variance];
        for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let (apart, tolerance) = (apart(found, expected), if index == 0 { 1e-5 } else { 1e-4 });
            prop_assert!(apart <= tolerance, "result {} differs by {}", index, apart);
        }
    }
}

#[test]
fn a_nan_is_not_lost_in_a_relu() {
    let ones = || Tensor::<1>::ones([2], &device());
    for then in [Epilogue::Relu, Epilogue::AddRelu(Tensor::zeros([1, 2, 2, 2], &device()))] {
        let x = Tensor::<4>::from_data([[[[f32::NAN, 1.0], [2.0, 3.0]], [[0.0, 1.0], [2.0, 3.0]]]], &device());
        let by = || Affine { gamma: ones(), beta: ones(), epsilon: EPSILON };
        let trained = values(norm_train(x.clone(), by(), then.clone()).0);
        assert!(trained[..4].iter().all(|y| y.is_nan()) && trained[4..].iter().all(|y| y.is_finite()), "{trained:?}");
        let inferred = values(norm_infer(x, by(), (ones(), ones()), then));
        assert!(inferred[0].is_nan() && inferred[1..].iter().all(|y| y.is_finite()), "{inferred:?}");
    }
}

/// Of which `products_in_bf16_are_those_of_rounded_factors` has the convolution. Both normalize alike except for the
/// last bits, which turn few of a thousand roundings; a pass that multiplied in f32 would differ by all that rounding
/// does.
#[test]
fn normalization_and_products_in_bf16_in_one_are_those_of_both_apart() {
    for (kernel, stride) in [(1, 1), (1, 2), (3, 1), (3, 2)] {
        let run = |one: bool, products| {
            let window = Window { stride, padding: kernel / 2, products };
            let (x, weight) = (tensor([3, 8, 17, 19], 1), tensor([13, 8, kernel, kernel], 2));
            let (gamma, beta) = (tensor([8], 3), tensor([8], 4));
            let by = Affine { gamma: gamma.clone(), beta: beta.clone(), epsilon: EPSILON };
            let y = if one {
                norm_relu_convolve_train(x.clone(), by, weight.clone(), window).0
            } else {
                convolve(norm_train(x.clone(), by, Epilogue::Relu).0, weight.clone(), window)
            };
            differentiate(y, &[&x, &weight], &[&gamma, &beta])
        };
        let [one, both, single] = [(true, Products::Bf16), (false, Products::Bf16), (false, Products::F32)]
            .map(|(one, products)| run(one, products));
        for (index, both) in both.iter().enumerate() {
            let (fused, rounded) = (distance(&one[index], both), distance(&single[index], both));
            assert!(fused < 0.4 * rounded, "{kernel}×{kernel} /{stride}: result {index}: {fused:e} of {rounded:e}");
        }
    }
}
