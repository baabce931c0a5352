//! The convolution kernels against a plain f64 computation, on every instruction set that the CPU has, with products in
//! f32 and in bf16: there the f64 computation is of rounded operands, so that it is as exact.

use half::bf16;
use proptest::prelude::*;
use skipbench_kernels::{ConvShape, Convolution, Isa, Products};

use super::{cases, pool};
use crate::reference::{Sum, convolve, gradients, noise, wide};

/// The operands of one convolution: input, weights, gradient of the output.
struct Operands {
    x: Vec<f32>,
    weight: Vec<f32>,
    dy: Vec<f32>,
}

/// The results: output, gradient of the input, gradient of the weights.
#[derive(Debug, Clone, PartialEq)]
struct Results<T>([Vec<T>; 3]);

fn operands(shape: &ConvShape, seed: u64) -> Operands {
    Operands {
        x: noise(shape.input_len(), 3 * seed),
        weight: noise(shape.weight_len(), 3 * seed + 1),
        dy: noise(shape.output_len(), 3 * seed + 2),
    }
}

/// What is multiplied.
fn factors(values: &[f32], products: Products) -> Vec<f64> {
    match products {
        Products::F32 => wide(values),
        Products::Bf16 => values.iter().map(|&value| bf16::from_f32(value).to_f64()).collect(),
    }
}

fn reference(shape: &ConvShape, operands: &Operands, products: Products) -> Results<Sum> {
    let [x, weight, dy] = [&operands.x, &operands.weight, &operands.dy].map(|values| factors(values, products));
    let [dx, dw] = gradients(shape, &x, &weight, &dy);
    Results([convolve(shape, &x, &weight), dx, dw])
}

fn kernels(isa: Isa, shape: &ConvShape, operands: &Operands) -> Results<f32> {
    let sizes = [shape.output_len(), shape.input_len(), shape.weight_len()];
    // What is not overwritten stays NaN and fails every comparison.
    let [mut y, mut dx, mut dw] = sizes.map(|size| vec![f32::NAN; size]);
    let conv = Convolution::new(*shape).with_isa(isa);
    conv.forward(&operands.x, &operands.weight, &mut y);
    conv.input_gradient(&operands.dy, &operands.weight, &mut dx);
    conv.weight_gradient(&operands.x, &operands.dy, &mut dw);
    assert_eq!(conv.output(&operands.x, &operands.weight), y, "{isa:?} {shape:?}");
    assert_eq!(conv.gradient(&operands.dy, &operands.weight), dx, "{isa:?} {shape:?}");
    Results([y, dx, dw])
}

/// Compares with the reference: 1e-5 forward, 1e-4 for the gradients, relative to the magnitude of the sum.
fn compare(shape: &ConvShape, seed: u64) -> Result<(), TestCaseError> {
    let operands = operands(shape, seed);
    let expected = [Products::F32, Products::Bf16].map(|products| (products, reference(shape, &operands, products)));
    for (isa, expected) in expected
        .iter()
        .flat_map(|(products, expected)| Isa::available(*products).into_iter().map(move |isa| (isa, expected)))
    {
        let results = kernels(isa, shape, &operands);
        for (pass, tolerance) in [1e-5, 1e-4, 1e-4].into_iter().enumerate() {
            for (index, (&got, want)) in results.0[pass].iter().zip(&expected.0[pass]).enumerate() {
                let error = (f64::from(got) - want.value).abs();
                prop_assert!(error <= tolerance * want.magnitude, "{isa:?} {shape:?} pass {pass}: {index} is {got}");
            }
        }
    }
    Ok(())
}

/// Every instruction set with either product.
fn every_product() -> impl Iterator<Item = Isa> {
    [Products::F32, Products::Bf16].into_iter().flat_map(Isa::available)
}

/// The end of a range of sizes.
fn most(usual: usize) -> usize {
    if cfg!(miri) { 10 } else { usual }
}

/// Those that an interpreter has the time for.
fn affordable<const N: usize>(shapes: [ConvShape; N]) -> impl Iterator<Item = ConvShape> {
    shapes.into_iter().filter(|shape| !cfg!(miri) || shape.multiply_adds() < 100_000)
}

prop_compose! {
    fn shapes()(kernel in prop_oneof![Just(1usize), Just(3), Just(3), 2..8usize])(
        padding in 0..kernel,
        kernel in Just(kernel),
        stride in 1..4usize,
        batch in 1..4usize,
        input in 1..most(36),
        output in 1..most(30),
        height in 1..most(18),
        width in 1..most(36),
    ) -> ConvShape {
        ConvShape { batch, input, output, height, width, kernel, stride, padding }
    }
}

fn square(batch: usize, input: usize, output: usize, size: usize, kernel: usize, stride: usize) -> ConvShape {
    ConvShape { batch, input, output, height: size, width: size, kernel, stride, padding: kernel / 2 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(200)))]

    #[test]
    fn random_shapes_agree_with_f64(shape in shapes(), seed in 0..1000u64) {
        prop_assume!(shape.supported());
        compare(&shape, seed)?;
    }
}

#[test]
fn the_networks_shapes_agree_with_f64() {
    let shapes = [
        square(2, 3, 16, 32, 3, 1),
        square(2, 16, 32, 32, 3, 2),
        square(9, 64, 64, 8, 3, 1),
        square(2, 28, 12, 32, 3, 1),
        square(1, 300, 12, 16, 3, 1),
        square(2, 160, 160, 14, 1, 1),
        square(1, 64, 128, 14, 1, 2),
        square(8, 96, 40, 7, 1, 1),
        square(1, 4, 6, 57, 7, 2),
        square(1, 1, 1, 1, 1, 1),
        square(1, 520, 13, 7, 3, 1),
    ];
    for (seed, shape) in affordable(shapes).enumerate() {
        compare(&shape, seed as u64).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let (one, two, five) = (pool(1), pool(2), pool(5));
    let small = square(3, 5, 7, 9, 3, 2);
    let shapes = [
        small,
        square(1, 16, 16, 32, 3, 1),
        square(7, 40, 24, 9, 3, 2),
        square(13, 70, 50, 8, 1, 1),
        square(9, 3, 16, 15, 3, 1),
    ];
    for shape in affordable(shapes) {
        let operands = operands(&shape, 5);
        for isa in every_product() {
            let on = |pool: &rayon::ThreadPool| pool.install(|| kernels(isa, &shape, &operands));
            let alone = on(&one);
            assert_eq!(alone, on(&two), "{isa:?} {shape:?}");
            assert_eq!(alone, on(&five), "{isa:?} {shape:?}");
        }
    }
}

/// Spreads images `apart` floats from each other, with NaN between them.
fn spread(tensor: &[f32], batch: usize, apart: usize) -> Vec<f32> {
    let image = tensor.len() / batch;
    let mut wide = vec![f32::NAN; batch * apart];
    for (index, image) in tensor.chunks(image).enumerate() {
        wide[index * apart..][..image.len()].copy_from_slice(image);
    }
    wide
}

#[test]
fn images_may_lie_among_the_channels_of_a_larger_tensor() {
    for shape in [square(3, 5, 7, 12, 3, 1), square(2, 9, 4, 7, 1, 1), square(2, 6, 3, 9, 3, 2)] {
        let Operands { x, weight, dy } = operands(&shape, 9);
        let (apart, out_apart) = (x.len() / shape.batch + 31, dy.len() / shape.batch + 17);
        let (wide_x, wide_dy) = (spread(&x, shape.batch, apart), spread(&dy, shape.batch, out_apart));
        for isa in every_product() {
            let Results([y, dx, dw]) = kernels(isa, &shape, &operands(&shape, 9));
            let conv = Convolution::new(shape).with_isa(isa).with_input_stride(apart).with_output_stride(out_apart);
            let [mut wide_y, mut wide_dx] = [wide_dy.len(), wide_x.len()].map(|len| vec![f32::NAN; len]);
            let mut wide_dw = vec![f32::NAN; dw.len()];
            conv.forward(&wide_x, &weight, &mut wide_y);
            conv.input_gradient(&wide_dy, &weight, &mut wide_dx);
            conv.weight_gradient(&wide_x, &wide_dy, &mut wide_dw);
            // Bits, so that the NaN between images, which must not be touched, compares too.
            let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&wide_y), bits(&spread(&y, shape.batch, out_apart)));
            assert_eq!(bits(&wide_dx), bits(&spread(&dx, shape.batch, apart)));
            assert_eq!(wide_dw, dw);
        }
    }
}

#[test]
fn normalizing_on_the_way_equals_normalizing_before() {
    for shape in
        [square(2, 5, 7, 12, 3, 1), square(2, 40, 4, 7, 1, 1), square(2, 6, 3, 9, 3, 2), square(1, 9, 9, 8, 1, 2)]
    {
        let Operands { x, weight, dy } = operands(&shape, 4);
        let (scale, shift) = (noise(shape.input, 1), noise(shape.input, 2));
        let mut normal = x.clone();
        for (index, plane) in normal.chunks_mut(shape.height * shape.width).enumerate() {
            let channel = index % shape.input;
            plane.iter_mut().for_each(|x| *x = (scale[channel] * *x + shift[channel]).max(0.0));
        }
        for isa in every_product() {
            let [mut y, mut plain_y] = [(); 2].map(|()| vec![f32::NAN; shape.output_len()]);
            let [mut dw, mut plain_dw] = [(); 2].map(|()| vec![f32::NAN; shape.weight_len()]);
            let plain = Convolution::new(shape).with_isa(isa);
            plain.forward(&normal, &weight, &mut plain_y);
            plain.weight_gradient(&normal, &dy, &mut plain_dw);
            let conv = plain.normalized(&scale, &shift);
            conv.forward(&x, &weight, &mut y);
            conv.weight_gradient(&x, &dy, &mut dw);
            assert_eq!(y, plain_y, "{isa:?} {shape:?}");
            assert_eq!(dw, plain_dw, "{isa:?} {shape:?}");
        }
    }
}

#[test]
fn a_normalized_nan_stays() {
    let shape = square(1, 2, 1, 4, 1, 1);
    let mut x = noise(shape.input_len(), 6);
    x[5] = f32::NAN;
    for isa in every_product() {
        let mut y = vec![0.0; shape.output_len()];
        Convolution::new(shape).with_isa(isa).normalized(&[1.0, 1.0], &[0.0, 0.0]).forward(&x, &[1.0, 1.0], &mut y);
        let lost: Vec<_> = (0..y.len()).filter(|&pixel| y[pixel].is_nan()).collect();
        assert_eq!(lost, [5], "{isa:?}");
    }
}

/// Ties go to even, what is too large to infinity, and what is no number stays none.
#[test]
fn factors_are_rounded_to_the_nearest_bf16() {
    let (unit, tie) = (f32::EPSILON * 65536.0, f32::EPSILON * 32768.0);
    let factors = [
        1.0,
        1.0 + tie,
        1.0 + unit + tie,
        -1.0 - tie - f32::EPSILON,
        1e-30,
        f32::MAX,
        f32::INFINITY,
        f32::NEG_INFINITY,
    ];
    let shape = ConvShape { width: factors.len(), ..square(1, 1, 1, 1, 1, 1) };
    for isa in Isa::available(Products::Bf16) {
        let mut y = [f32::NAN; 8];
        Convolution::new(shape).with_isa(isa).forward(&factors, &[1.0], &mut y);
        assert_eq!(y, factors.map(|factor| bf16::from_f32(factor).to_f32()), "{isa:?}");
        for nan in [f32::NAN, f32::from_bits(0x7f80_0001), f32::from_bits(0xffff_ffff)] {
            Convolution::new(shape).with_isa(isa).forward(&[nan; 8], &[1.0], &mut y);
            assert!(y.iter().all(|y| y.is_nan()), "{isa:?} {:x}: {y:?}", nan.to_bits());
        }
    }
}

/// Threads keep their buffers: what the call before left there, padding and lanes past the end included, shows nowhere.
#[test]
fn what_a_diverged_network_left_behind_does_not_show() {
    let large = square(4, 24, 24, 21, 3, 1);
    let nan = Operands {
        x: vec![f32::NAN; large.input_len()],
        weight: vec![f32::NAN; large.weight_len()],
        dy: vec![f32::NAN; large.output_len()],
    };
    let shapes =
        [square(2, 3, 5, 9, 3, 1), square(3, 7, 9, 11, 3, 2), square(2, 5, 3, 7, 1, 1), square(1, 9, 2, 9, 1, 2)];
    for (seed, shape) in affordable(shapes).enumerate() {
        pool(1).install(|| {
            for isa in every_product() {
                let conv = Convolution::new(large).with_isa(isa);
                let lost = (conv.output(&nan.x, &nan.weight), conv.gradient(&nan.dy, &nan.weight));
                assert!(lost.0.iter().chain(&lost.1).all(|value| value.is_nan()));
                conv.weight_gradient(&nan.x, &nan.dy, &mut vec![0.0; large.weight_len()]);
            }
            compare(&shape, seed as u64).unwrap_or_else(|error| panic!("{error}"));
        });
    }
}

#[test]
fn shapes_that_cannot_be_computed_are_refused() {
    let shape = square(2, 4, 4, 8, 3, 1);
    assert!(shape.supported());
    assert!(!ConvShape { batch: 0, ..shape }.supported());
    assert!(!ConvShape { padding: 3, ..shape }.supported());
    assert!(!ConvShape { kernel: 11, ..shape }.supported());
    assert!(!ConvShape { stride: 0, ..shape }.supported());
    assert!(!ConvShape { height: 1 << 40, width: 1 << 40, ..shape }.supported());
}
