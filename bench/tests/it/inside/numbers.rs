//! The numbers by which a network is looked at, on matrices and lines whose answer is known.

use burn::tensor::{Device, Tensor, TensorData};
use skipbench::internals::tasks::effective_rank;
use skipbench::internals::tasks::{LAGS, autocorrelation};

fn matrix(rows: usize, columns: usize, value: impl Fn(usize, usize) -> f32) -> Tensor<2> {
    let values = (0..rows * columns).map(|index| value(index / columns, index % columns)).collect::<Vec<f32>>();
    Tensor::from_data(TensorData::new(values, [rows, columns]), &Device::flex())
}

/// Columns of Walsh's functions are orthogonal and, except for the first, centered: r of them have r equal singular
/// values.
#[test]
fn the_effective_rank_of_r_equal_directions_is_r() {
    let walsh = |row: usize, column: usize| if (row & column).count_ones().is_multiple_of(2) { 1.0f32 } else { -1.0 };
    for rank in [1, 2, 5, 7] {
        let features = matrix(16, 7, |row, column| if column < rank { walsh(row, column + 1) } else { 0.0 });
        let found = effective_rank(features).expect("they vary");
        assert!((found - rank as f64).abs() < 1e-6, "{found} of {rank}");
    }
    // The same two directions in every column, and a shift that centering takes away.
    let copies = matrix(16, 6, |row, column| 5.0 + walsh(row, column % 2 + 1));
    assert!((effective_rank(copies).expect("they vary") - 2.0).abs() < 1e-6);
    // Singular values in the ratio 3 to 1: exp(−¾·ln ¾ − ¼·ln ¼).
    let uneven = matrix(16, 2, |row, column| walsh(row, column + 1) * if column == 0 { 3.0 } else { 1.0 });
    assert!((effective_rank(uneven).expect("they vary") - 1.754_765).abs() < 1e-5);
    assert_eq!(effective_rank(matrix(4, 3, |_, column| column as f32)), None, "features that do not vary");
    assert_eq!(effective_rank(matrix(4, 3, |row, _| if row == 1 { f32::NAN } else { 1.0 })), None);
}

#[test]
fn gradients_of_a_linear_network_are_alike_at_every_lag_and_noise_at_none() {
    let linear = vec![vec![0.1f32, -0.7, 3.0]; 256];
    assert_eq!(autocorrelation(&linear, &LAGS), Some(LAGS.map(|lag| (lag, 1.0)).to_vec()));
    assert_eq!(autocorrelation(&linear[..3], &LAGS), Some(vec![(0, 1.0), (1, 1.0), (2, 1.0)]), "a short line");
    // A linear congruential generator, whose numbers are alike at no lag.
    let mut state = 1u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    let shattered: Vec<Vec<f32>> = (0..256).map(|_| (0..64).map(|_| noise()).collect()).collect();
    let correlation = autocorrelation(&shattered, &LAGS).expect("it varies");
    assert!((correlation[0].1 - 1.0).abs() < 1e-9 && correlation[1..].iter().all(|(_, value)| value.abs() < 0.05));
    let waves: Vec<Vec<f32>> = (0..256).map(|point| vec![if point % 2 == 0 { 1.0 } else { -1.0 }]).collect();
    let correlation = autocorrelation(&waves, &[1, 2]).expect("it varies");
    assert!((correlation[0].1 + 1.0).abs() < 1e-9 && (correlation[1].1 - 1.0).abs() < 1e-9, "{correlation:?}");
    assert_eq!(autocorrelation(&[vec![0.0; 3], vec![0.0; 3]], &LAGS), None, "nothing to compare");
    assert_eq!(autocorrelation(&[], &LAGS), None);
}
