//! Computes the effective rank: how many directions features use.
//!
//! The source is Roy and Vetterli 2007, "The Effective Rank: A Measure of Effective Dimensionality", EUSIPCO: the
//! exponential of the entropy of the singular values, divided by their sum.

use burn::tensor::{FloatDType, Tensor};
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linalg::traits::evd::EVDDecomposable;

/// Computes the effective rank of `features`, centered by column. It is absent if they do not vary or are not numbers.
///
/// The singular values are the roots of the eigenvalues of XᵀX, computed in f64 where the device has it. In f32 those
/// below 3·10⁻⁴ of the largest are rounding.
///
/// # Shapes
/// - `features`: `[rows, channels]`
pub fn effective_rank(features: Tensor<2>) -> Option<f64> {
    let [_, channels] = features.dims();
    let double = features.device().supports_dtype(FloatDType::F64);
    let features = if double { features.cast(FloatDType::F64) } else { features };
    let centered = features.clone() - features.mean_dim(0);
    let squares: Vec<f64> = centered.clone().transpose().matmul(centered).into_data().iter::<f64>().collect();
    of_singular_values(&singular_values(squares, channels)?)
}

/// Returns the roots of the eigenvalues of a symmetric matrix, which is row by row in `squares`.
fn singular_values(squares: Vec<f64>, side: usize) -> Option<Vec<f64>> {
    // The solver turns endlessly on what is no number.
    if squares.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let matrix = DenseMatrix::new(side, side, squares, false).ok()?;
    let eigenvalues = matrix.evd(true).ok()?.d;
    Some(eigenvalues.iter().map(|value| value.max(0.0).sqrt()).collect())
}

/// Computes exp(−Σ p·ln p), where p are the singular values over their sum.
fn of_singular_values(values: &[f64]) -> Option<f64> {
    let sum: f64 = values.iter().sum();
    let shares = values.iter().map(|value| value / sum).filter(|share| *share > 0.0);
    (sum > 0.0).then(|| (-shares.map(|share| share * share.ln()).sum::<f64>()).exp())
}
