//! Linear layers, GELU, layer normalization and attention.

/// `a` `[rows, inner]` times `b` `[inner, columns]`.
pub(crate) fn product(a: &[f64], b: &[f64], inner: usize, columns: usize) -> Vec<f64> {
    let row = |row: &[f64], column: usize| row.iter().enumerate().map(|(k, a)| a * b[k * columns + column]).sum();
    a.chunks(inner).flat_map(|values| (0..columns).map(move |column| row(values, column))).collect()
}

/// Rows of `columns` numbers become columns.
pub(crate) fn transposed(a: &[f64], columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|column| a.iter().skip(column).step_by(columns).copied()).collect()
}

/// The sum of the rows.
pub(crate) fn column_sums(a: &[f64], columns: usize) -> Vec<f64> {
    (0..columns).map(|column| a.iter().skip(column).step_by(columns).sum()).collect()
}

/// The normal distribution, by the series of the error function, which converges for |x| < 6.
fn below(x: f64) -> f64 {
    let z = x / 2f64.sqrt();
    let (mut term, mut sum) = (z, z);
    for n in 1..150 {
        term *= -z * z / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    0.5 + sum / std::f64::consts::PI.sqrt()
}

/// GELU of each number, and its derivatives.
pub(crate) fn gelu(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let density = |x: f64| (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    x.iter().map(|&x| (x * below(x), below(x) + x * density(x))).unzip()
}

/// A layer normalization of one row, and the gradients of the row, γ and β.
pub(crate) fn layer_norm(x: &[f64], gamma: &[f64], beta: &[f64], epsilon: f64, dy: &[f64]) -> [Vec<f64>; 4] {
    let count = x.len() as f64;
    let mean = x.iter().sum::<f64>() / count;
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
    let inverse = 1.0 / (variance + epsilon).sqrt();
    let hat: Vec<f64> = x.iter().map(|x| (x - mean) * inverse).collect();
    let y = hat.iter().zip(gamma).zip(beta).map(|((hat, gamma), beta)| hat * gamma + beta).collect();
    let g: Vec<f64> = dy.iter().zip(gamma).map(|(dy, gamma)| dy * gamma).collect();
    let level = g.iter().sum::<f64>() / count;
    let slope = g.iter().zip(&hat).map(|(g, hat)| g * hat).sum::<f64>() / count;
    let dx = g.iter().zip(&hat).map(|(g, hat)| (g - level - hat * slope) * inverse).collect();
    let dgamma = dy.iter().zip(&hat).map(|(dy, hat)| dy * hat).collect();
    [y, dx, dgamma, dy.to_vec()]
}

/// Attention of one head, rows of `size` numbers: the output, and the gradients of queries, keys and values.
pub(crate) fn attention(q: &[f64], k: &[f64], v: &[f64], size: usize, dy: &[f64]) -> [Vec<f64>; 4] {
    let (tokens, scale) = (q.len() / size, 1.0 / (size as f64).sqrt());
    let scores = product(q, &transposed(k, size), size, tokens);
    let weights: Vec<f64> = scores.chunks(tokens).flat_map(|row| softmax(row, scale)).collect();
    let y = product(&weights, v, tokens, size);
    let dv = product(&transposed(&weights, tokens), dy, tokens, size);
    let dw = product(dy, &transposed(v, size), size, tokens);
    let each = weights.chunks(tokens).zip(dw.chunks(tokens));
    let ds: Vec<f64> = each
        .flat_map(|(weights, dw)| {
            let level: f64 = weights.iter().zip(dw).map(|(weight, dw)| weight * dw).sum();
            weights.iter().zip(dw).map(move |(weight, dw)| weight * (dw - level) * scale).collect::<Vec<_>>()
        })
        .collect();
    [y, product(&ds, k, tokens, size), product(&transposed(&ds, tokens), q, tokens, size), dv]
}

fn softmax(scores: &[f64], scale: f64) -> Vec<f64> {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = scores.iter().map(|score| (scale * (score - largest)).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}
