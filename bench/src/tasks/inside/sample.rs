//! Makes samples of what is found inside a network, and the numbers in them.

use burn::tensor::TensorData;

use crate::cell::Sample;

/// Returns a sample if there is a number and it is finite.
pub(super) fn sample(series: &str, index: usize, value: Option<f64>) -> Option<Sample> {
    value.filter(|value| value.is_finite()).map(|value| Sample::new(series, index as u64, value))
}

/// Computes the Euclidean norm, summed in f64 on the host, because squares of large gradients leave the range of f32.
pub(super) fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum::<f64>().sqrt()
}

pub(super) fn norm_of(data: &TensorData) -> f64 {
    norm(data.iter::<f64>())
}

/// Computes the standard deviation of all numbers of a tensor.
pub(super) fn deviation(data: &TensorData) -> f64 {
    let count = data.num_elements().max(1) as f64;
    let mean = data.iter::<f64>().sum::<f64>() / count;
    (data.iter::<f64>().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
}
