//! Every operation of this crate's kernels against Burn's own and, normalisation, against sums in f64: random shapes, odd
//! sizes, one image, one channel. That of convolutions by themselves is `kernels`'s.

use burn::tensor::activation::relu;
use burn::tensor::module::{batch_norm, batch_norm_train, conv2d};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;
use skipbench_models::ops::layer::{Affine, Then, Window, convolve, norm_infer, norm_train};
use skipbench_models::ops::norm_conv;

use super::training::difference;

const EPSILON: f64 = 1e-5;

/// Numbers in [-1, 1), drawn by index.
fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn device() -> Device {
    Device::flex().autodiff()
}

fn tensor<const D: usize>(shape: [usize; D], seed: u64) -> Tensor<D> {
    let values = numbers(shape.iter().product(), seed);
    Tensor::from_data(TensorData::new(values, shape), &device()).require_grad()
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec::<f32>().expect("f32")
}

/// The output, and the gradients of `inputs` for output gradients that vary.
fn differentiate<const D: usize>(y: Tensor<4>, maps: &[&Tensor<4>], rest: &[&Tensor<D>]) -> Vec<Vec<f32>> {
    let weights = Tensor::from_data(TensorData::new(numbers(y.dims().iter().product(), 99), y.dims()), &y.device());
    let gradients = (y.clone() * weights).sum().backward();
    let mut found = vec![values(y.inner())];
    found.extend(maps.iter().map(|x| values(x.grad(&gradients).expect("it has one"))));
    found.extend(rest.iter().map(|x| values(x.grad(&gradients).expect("it has one"))));
    found
}

/// The first of `own` to 1e-5, the gradients to 1e-4.
fn check(own: &[Vec<f32>], expected: &[Vec<f32>]) -> Result<(), TestCaseError> {
    prop_assert_eq!(own.len(), expected.len());
    for (index, (own, expected)) in own.iter().zip(expected).enumerate() {
        let (difference, tolerance) = (difference(own, expected), if index == 0 { 1e-5 } else { 1e-4 });
        prop_assert!(difference <= tolerance, "result {} differs by {}", index, difference);
    }
    Ok(())
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
        let window = Window { stride, padding: kernel / 2 };
        let run = |own: bool| {
            let x = tensor([batch, input, height, width], 1);
            let weight = tensor([output, input, kernel, kernel], 2);
            let options = ConvOptions::new([stride; 2], [window.padding; 2], [1, 1], 1);
            let y = match own {
                true => convolve(x.clone(), weight.clone(), window),
                false => conv2d(x.clone(), weight.clone(), None, options),
            };
            differentiate::<1>(y, &[&x, &weight], &[])
        };
        check(&run(true), &run(false))?;
    }

    #[test]
    fn normalisation_is_burns(shape in shape(), then in 0..3usize) {
        let channels = shape[1];
        let run = |own: bool| {
            let (x, shortcut) = (tensor(shape, 1), tensor(shape, 2));
            let (gamma, beta) = (tensor([channels], 3), tensor([channels], 4));
            let by = Affine { gamma: gamma.clone(), beta: beta.clone(), epsilon: EPSILON };
            let after = [Then::Nothing, Then::Relu, Then::AddRelu(shortcut.clone())].into_iter().nth(then);
            let (y, mean, variance) = match own {
                true => norm_train(x.clone(), by, after.expect("three")),
                false => {
                    let done = batch_norm_train(x.clone(), gamma.clone(), beta.clone(), EPSILON);
                    let y = match then {
                        0 => done.output,
                        1 => relu(done.output),
                        _ => relu(done.output + shortcut.clone()),
                    };
                    (y, done.mean, done.variance)
                }
            };
            let maps = if then == 2 { vec![&x, &shortcut] } else { vec![&x] };
            let mut found = differentiate(y, &maps, &[&gamma, &beta]);
            found.extend([mean, variance].map(|statistic| values(statistic.inner())));
            found
        };
        check(&run(true), &run(false))?;
    }

    #[test]
    fn normalisation_and_convolution_in_one_are_burns(
        shape in shape(),
        output in 1..14usize,
        three in any::<bool>(),
        stride in 1..3usize,
    ) {
        let (channels, kernel) = (shape[1], if three { 3 } else { 1 });
        let window = Window { stride, padding: kernel / 2 };
        let run = |own: bool| {
            let (x, weight) = (tensor(shape, 1), tensor([output, channels, kernel, kernel], 2));
            let (gamma, beta) = (tensor([channels], 3), tensor([channels], 4));
            let by = Affine { gamma: gamma.clone(), beta: beta.clone(), epsilon: EPSILON };
            let (y, mean, variance) = match own {
                true => norm_conv::train(x.clone(), by, weight.clone(), window),
                false => {
                    let done = batch_norm_train(x.clone(), gamma.clone(), beta.clone(), EPSILON);
                    let options = ConvOptions::new([stride; 2], [window.padding; 2], [1, 1], 1);
                    (conv2d(relu(done.output), weight.clone(), None, options), done.mean, done.variance)
                }
            };
            let again = Affine { gamma: gamma.clone().inner(), beta: beta.clone().inner(), epsilon: EPSILON };
            let given = (mean.clone().inner(), variance.clone().inner());
            let inferred = norm_conv::infer(x.clone().inner(), again, given, weight.clone().inner(), window);
            let difference = difference(&values(inferred), &values(y.clone().inner()));
            assert!(difference <= 1e-5, "by the same statistics it differs by {difference}");
            let mut found = differentiate(y, &[&x, &weight], &[&gamma, &beta]);
            found.extend([mean, variance].map(|statistic| values(statistic.inner())));
            found
        };
        check(&run(true), &run(false))?;
    }

    #[test]
    fn normalisation_by_given_statistics_is_burns(shape in shape(), then in 0..3usize) {
        let channels = shape[1];
        let (x, shortcut) = (tensor(shape, 1).inner(), tensor(shape, 2).inner());
        let [gamma, beta, mean] = [3, 4, 5].map(|seed| tensor([channels], seed).inner());
        let variance = tensor([channels], 6).inner().abs();
        let expected = batch_norm(x.clone(), gamma.clone(), beta.clone(), mean.clone(), variance.clone(), EPSILON);
        let (then, expected) = match then {
            0 => (Then::Nothing, expected),
            1 => (Then::Relu, relu(expected)),
            _ => (Then::AddRelu(shortcut.clone()), relu(expected + shortcut)),
        };
        let y = norm_infer(x.clone(), Affine { gamma, beta, epsilon: EPSILON }, (mean, variance), then);
        let (y, expected) = (values(y), values(expected));
        prop_assert!(difference(&y, &expected) <= 1e-5);
        // It wrote onto a copy: we still hold x.
        prop_assert_eq!(values(x), numbers(shape.iter().product(), 1));
    }

    #[test]
    fn normalisation_is_that_of_sums_in_f64(shape in shape(), offset in -20.0..20.0f32) {
        let [batch, channels, height, width] = shape;
        let x = (tensor(shape, 1).inner() + offset).autodiff().require_grad();
        let (gamma, beta) = (tensor([channels], 3), tensor([channels], 4));
        let by = Affine { gamma: gamma.clone(), beta: beta.clone(), epsilon: EPSILON };
        let (y, mean, _) = norm_train(x.clone(), by, Then::Relu);
        let found = differentiate(y, &[&x], &[&gamma, &beta]);
        let (x, mean) = (values(x.inner()), values(mean.inner()));
        let (gamma, beta) = (values(gamma.inner()), values(beta.inner()));
        let dy = numbers(x.len(), 99);
        let area = height * width;
        let at = |image: usize, channel: usize, pixel: usize| (image * channels + channel) * area + pixel;
        let [mut y, mut dx] = [0, 1].map(|_| vec![0.0f32; x.len()]);
        let [mut dgamma, mut dbeta] = [0, 1].map(|_| vec![0.0f32; channels]);
        for channel in 0..channels {
            let places: Vec<usize> =
                (0..batch).flat_map(|image| (0..area).map(move |pixel| at(image, channel, pixel))).collect();
            let count = places.len() as f64;
            let sum = |each: &dyn Fn(usize) -> f64| places.iter().map(|&place| each(place)).sum::<f64>();
            let mu = sum(&|place| f64::from(x[place])) / count;
            let variance = sum(&|place| (f64::from(x[place]) - mu).powi(2)) / count;
            let inverse = 1.0 / (variance + EPSILON).sqrt();
            let hat = |place: usize| (f64::from(x[place]) - mu) * inverse;
            let out = |place: usize| hat(place) * f64::from(gamma[channel]) + f64::from(beta[channel]);
            // Where rounding could open or close the ReLU there is nothing to compare.
            prop_assume!(places.iter().all(|&place| out(place).abs() > 1e-4));
            let g = |place: usize| if out(place) > 0.0 { f64::from(dy[place]) } else { 0.0 };
            let (level, slope) = (sum(&g), sum(&|place| g(place) * hat(place)));
            (dbeta[channel], dgamma[channel]) = (level as f32, slope as f32);
            for &place in &places {
                y[place] = out(place).max(0.0) as f32;
                let d = f64::from(gamma[channel]) * inverse * (g(place) - level / count - hat(place) * slope / count);
                dx[place] = d as f32;
            }
            prop_assert!((f64::from(mean[channel]) - mu).abs() <= 1e-6 * mu.abs().max(1.0));
        }
        // The input itself is rounded at its magnitude, which the division by a small deviation enlarges.
        let coarse = 1.0 + offset.abs();
        for (own, (expected, tolerance)) in
            found.iter().zip([(y, 1e-5), (dx, 1e-4), (dgamma, 1e-4), (dbeta, 1e-4)])
        {
            prop_assert!(difference(own, &expected) <= tolerance * coarse, "differs by {}", difference(own, &expected));
        }
    }
}

/// Runs `work` on a pool of `threads`.
fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(work)
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    use super::training::first_step;
    use skipbench_models::{Execution, Memory};
    for name in ["resnet8-w4", "densenet-bc-16-4", "backbone-concat-16-w4"] {
        for memory in Memory::ALL {
            let execution = Execution { memory, ..Execution::default() };
            let one = with_threads(1, || first_step(name, execution, &Device::flex()));
            let three = with_threads(3, || first_step(name, execution, &Device::flex()));
            assert!(one == three, "{name} {memory:?}");
        }
    }
}

#[test]
fn a_nan_is_not_lost_in_a_relu() {
    let ones = || Tensor::<1>::ones([2], &device());
    for then in [Then::Relu, Then::AddRelu(Tensor::zeros([1, 2, 2, 2], &device()))] {
        let x = Tensor::<4>::from_data([[[[f32::NAN, 1.0], [2.0, 3.0]], [[0.0, 1.0], [2.0, 3.0]]]], &device());
        let by = || Affine { gamma: ones(), beta: ones(), epsilon: EPSILON };
        let trained = values(norm_train(x.clone(), by(), then.clone()).0);
        assert!(trained[..4].iter().all(|y| y.is_nan()) && trained[4..].iter().all(|y| y.is_finite()), "{trained:?}");
        let inferred = values(norm_infer(x, by(), (ones(), ones()), then));
        assert!(inferred[0].is_nan() && inferred[1..].iter().all(|y| y.is_finite()), "{inferred:?}");
    }
}
