//! Linear layers, alone and with GELU before, on every instruction set that the CPU has.

use proptest::prelude::*;
use skipbench_kernels::{Isa, Linear};

use super::{cases, close, every_isa, pool};
use crate::reference::{column_sums, gelu, noise, product, transposed, wide};

/// x, weight, bias and dy; numbers that fill both bends of GELU.
fn operands([rows, inputs, outputs]: [usize; 3], seed: u64) -> [Vec<f32>; 4] {
    let x = noise(rows * inputs, seed).into_iter().map(|x| 4.0 * x).collect();
    [x, noise(inputs * outputs, seed + 1), noise(outputs, seed + 2), noise(rows * outputs, seed + 3)]
}

/// Output, and the gradients of input, weight and bias.
fn expected([_, inputs, outputs]: [usize; 3], activated: bool, operands: &[Vec<f32>; 4]) -> [Vec<f64>; 4] {
    let [x, weight, bias, dy] = operands.each_ref().map(|values| wide(values));
    let (activations, slopes) = gelu(&x);
    let x = if activated { activations } else { x };
    let mut y = product(&x, &weight, inputs, outputs);
    y.chunks_mut(outputs).for_each(|row| row.iter_mut().zip(&bias).for_each(|(y, bias)| *y += bias));
    let mut dx = product(&dy, &transposed(&weight, outputs), outputs, inputs);
    if activated {
        dx.iter_mut().zip(slopes).for_each(|(dx, slope)| *dx *= slope);
    }
    let dw = product(&transposed(&x, inputs), &dy, dy.len() / outputs, outputs);
    [y, dx, dw, column_sums(&dy, outputs)]
}

fn found(isa: Isa, [rows, inputs, outputs]: [usize; 3], activated: bool, operands: &[Vec<f32>; 4]) -> [Vec<f32>; 4] {
    let [x, weight, bias, dy] = operands;
    let layer = Linear::new(rows, inputs, outputs).with_isa(isa);
    let layer = if activated { layer.activated() } else { layer };
    let (dw, db) = layer.parameter_gradients(x, dy);
    [layer.output(x, weight, bias), layer.gradient(x, weight, dy), dw, db]
}

fn compare(shape: [usize; 3], activated: bool, seed: u64) -> Result<(), TestCaseError> {
    let operands = operands(shape, seed);
    let expected = expected(shape, activated, &operands);
    for isa in every_isa() {
        let found = found(isa, shape, activated, &operands);
        for (index, tolerance) in [1e-5, 1e-5, 1e-5, 1e-5].into_iter().enumerate() {
            close(&format!("result {index} of {shape:?} on {isa:?}"), &found[index], &expected[index], tolerance)?;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(64)))]

    #[test]
    fn layers_agree_with_f64(
        rows in 1..80usize,
        inputs in 1..80usize,
        outputs in 1..80usize,
        activated in any::<bool>(),
        seed in 0..1000u64,
    ) {
        compare([rows, inputs, outputs], activated, seed)?;
    }
}

/// Sums longer than what is added at a time, several bands of rows, prime sides.
#[test]
#[cfg(not(miri))]
fn long_sums_agree_with_f64() {
    for (seed, shape) in
        [[1, 769, 1], [523, 7, 193], [1031, 5, 3], [67, 523, 41], [300, 96, 64]].into_iter().enumerate()
    {
        for activated in [false, true] {
            compare(shape, activated, seed as u64).expect("near");
        }
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let shapes = if cfg!(miri) { [[3, 5, 7]; 3] } else { [[601, 40, 70], [601, 100, 33], [1, 97, 130]] };
    for shape in shapes {
        let operands = operands(shape, 5);
        for isa in every_isa() {
            let on = |threads: usize| pool(threads).install(|| found(isa, shape, true, &operands));
            let alone = on(1);
            for threads in [2, 3, 5] {
                assert!(on(threads) == alone, "{shape:?} on {isa:?}: {threads} threads");
            }
        }
    }
}

/// A network that diverged must show it.
#[test]
fn what_is_no_number_stays_none() {
    for isa in every_isa() {
        let layer = Linear::new(2, 3, 5).with_isa(isa).activated();
        let y = layer.output(&[1.0, f32::NAN, 0.0, 1.0, 2.0, 3.0], &[1.0; 15], &[0.0; 5]);
        assert!(y[..5].iter().all(|y| y.is_nan()) && y[5..].iter().all(|y| y.is_finite()), "{y:?}");
    }
}
