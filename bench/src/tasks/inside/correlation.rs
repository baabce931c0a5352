//! Measures shattered gradients: how alike the gradients at neighboring points of a line are.
//!
//! The source is Balduzzi et al. 2017, "The Shattered Gradients Problem", arXiv:1702.08591, §2. In a plain network of L
//! layers the correlation falls as 1/2^L, and gradients look like white noise; with skips it falls far more slowly.

/// Number of points on the line, as many as in the paper's figures.
pub(crate) const POINTS: usize = 256;

/// Lags in points: all of the shortest ones, then some up to half the line.
pub const LAGS: [usize; 22] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 32, 48, 64, 96, 128];

/// Share of the gradients' mean square below which their variance along the line is rounding.
const ROUNDING: f64 = 1e-10;

/// Computes the autocorrelation of `gradients`, one vector per point, centered along the line. At lag k it is the
/// correlation, over all components together, between points k apart. Gradients that do not vary along the line are
/// alike at every lag: 1.
///
/// It is absent if every gradient is 0 or one is not a number. Lags as long as the line have no value.
pub fn autocorrelation(gradients: &[Vec<f32>], lags: &[usize]) -> Option<Vec<(usize, f64)>> {
    let mean = mean(gradients)?;
    let square = |vector: &[f64]| vector.iter().map(|value| value * value).sum::<f64>();
    let center = |gradient: &Vec<f32>| gradient.iter().zip(&mean).map(|(g, m)| f64::from(*g) - m).collect::<Vec<f64>>();
    let centered: Vec<Vec<f64>> = gradients.iter().map(center).collect();
    let squares: Vec<f64> = centered.iter().map(|vector| square(vector)).collect();
    let varies: f64 = squares.iter().sum();
    let whole = varies + gradients.len() as f64 * square(&mean);
    if !whole.is_finite() || whole == 0.0 {
        return None;
    }
    let lags = lags.iter().filter(|lag| **lag < gradients.len());
    if varies <= ROUNDING * whole {
        return Some(lags.map(|lag| (*lag, 1.0)).collect());
    }
    let product = |(a, b): (&Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let at = |lag: &usize| {
        let lag = *lag;
        let pairs = centered.iter().zip(&centered[lag..]).map(product).sum::<f64>();
        let (left, right): (f64, f64) = (squares[..squares.len() - lag].iter().sum(), squares[lag..].iter().sum());
        (lag, pairs / (left * right).sqrt())
    };
    Some(lags.map(at).collect())
}

fn mean(gradients: &[Vec<f32>]) -> Option<Vec<f64>> {
    let mut mean = vec![0.0; gradients.first()?.len()];
    for gradient in gradients {
        for (sum, value) in mean.iter_mut().zip(gradient) {
            *sum += f64::from(*value) / gradients.len() as f64;
        }
    }
    Some(mean)
}
