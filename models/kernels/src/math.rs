//! Sums of products, and the exponential function and GELU, one number at a time and without a branch, so that
//! compilers make vectors of the loops around them. No product is fused with its addition: every instruction set gives the same bits.

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

use multiversion::multiversion;

/// Adding it rounds to a whole number, which the lowest bits then hold: 1.5 · 2²³.
const ROUND: f32 = 12_582_912.0;

/// The natural logarithm of 2 in two parts, of which the first has so few bits that its multiples are exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];

/// Below this the exponential is taken for what it is here, about 10⁻³⁸, the least normal number.
const LEAST: f32 = -87.0;

/// Coefficients of (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2, from the highest: those of Cephes' `expf`.
const EXP: [f32; 6] = [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5];

/// Coefficients of exp(z²) · erfc(z) / t in t = 1 / (1 + z / 2), from the highest: fitted to a relative error of 5e-8 for
/// 0 ≤ z ≤ 12.
const ERFC: [f32; 9] = [
    -0.059_362_63,
    0.286_008_9,
    -0.490_170_54,
    0.281_466_2,
    -0.028_966_386,
    0.203_676_3,
    0.242_854_15,
    0.282_409_52,
    0.282_084_46,
];

/// 1 / √(2π).
const DENSITY: f32 = 0.398_942_3;

/// Numbers that are summed side by side. So many that compilers keep the loop over them a loop, which they then do in
/// vectors; a short one they unroll into scalars.
pub(crate) const LANES: usize = 64;

/// The sum of all lanes, in halves.
#[inline(always)]
pub(crate) fn fold(mut lanes: [f32; LANES]) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        let (low, high) = lanes.split_at_mut(half);
        low.iter_mut().zip(high).for_each(|(low, high)| *low += *high);
        half /= 2;
    }
    lanes[0]
}

/// Σ a · b.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        lanes.iter_mut().zip(a).zip(b).for_each(|((lane, a), b)| *lane += a * b);
    }
    lanes.iter_mut().zip(a_rest).zip(b_rest).for_each(|((lane, a), b)| *lane += a * b);
    fold(lanes)
}

/// Adds `other`, number by number.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
pub(crate) fn add(to: &mut [f32], other: &[f32]) {
    to.iter_mut().zip(other).for_each(|(to, other)| *to += other);
}

/// A polynomial by its coefficients from the highest, by Horner's rule.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f32; N], x: f32) -> f32 {
    coefficients[1..].iter().fold(coefficients[0], |sum, coefficient| sum * x + coefficient)
}

/// eˣ for x ≤ 88, to two units in the last place. What is not a number stays so.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let x = if x < LEAST { LEAST } else { x };
    let shifted = x * LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let r = x - whole * LN_2[0] - whole * LN_2[1];
    let tail = polynomial(&EXP, r);
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    (tail * (r * r) + r + 1.0) * power
}

/// Φ(x), the normal distribution, and exp(−x² / 2).
#[inline(always)]
fn normal(x: f32) -> (f32, f32) {
    let z = x.abs() * FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * z);
    let bell = exp(-0.5 * x * x);
    let tail = 0.5 * t * polynomial(&ERFC, t) * bell;
    (if x < 0.0 { tail } else { 1.0 - tail }, bell)
}

/// x · Φ(x): Hendrycks and Gimpel 2016, arXiv:1606.08415, exact as PyTorch's, not by its approximation with tanh.
#[inline(always)]
pub(crate) fn gelu(x: f32) -> f32 {
    x * normal(x).0
}

/// The derivative of [`gelu`].
#[inline(always)]
pub(crate) fn gelu_slope(x: f32) -> f32 {
    let (below, bell) = normal(x);
    below + x * (DENSITY * bell)
}

#[cfg(test)]
mod tests {
    use super::{exp, gelu, gelu_slope};

    /// The complementary error function, by its continued fraction or its series, whichever converges.
    fn erfc(z: f64) -> f64 {
        if z > 2.5 {
            let fraction = (1..200).rev().fold(z, |rest, k| z + f64::from(k) / 2.0 / rest);
            return (-z * z).exp() / (fraction * std::f64::consts::PI.sqrt());
        }
        let (mut term, mut sum) = (z, z);
        for n in 1..200 {
            term *= -z * z / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        1.0 - sum * std::f64::consts::FRAC_2_SQRT_PI
    }

    fn below(x: f64) -> f64 {
        let tail = 0.5 * erfc(x.abs() * std::f64::consts::FRAC_1_SQRT_2);
        if x < 0.0 { tail } else { 1.0 - tail }
    }

    fn points() -> impl Iterator<Item = f32> {
        (-9_000..9_000).map(|step| step as f32 / 1_000.0)
    }

    #[test]
    fn the_exponential_is_exact() {
        for x in points().map(|x| 9.6 * x) {
            let expected = f64::from(x).exp();
            assert!((f64::from(exp(x)) / expected - 1.0).abs() < 3e-7, "{x}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::NAN).is_nan());
        assert!(exp(f32::NEG_INFINITY) < 1e-37);
    }

    #[test]
    fn gelu_and_its_slope_are_exact_in_both_tails() {
        for x in points() {
            let wide = f64::from(x);
            let expected = wide * below(wide);
            assert!((f64::from(gelu(x)) - expected).abs() <= 4e-6 * expected.abs(), "{x}: {} {expected}", gelu(x));
            let density = (-wide * wide / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
            let slope = below(wide) + wide * density;
            let terms = below(wide) + wide.abs() * density;
            assert!((f64::from(gelu_slope(x)) - slope).abs() <= 4e-6 * terms, "{x}: {} {slope}", gelu_slope(x));
        }
        assert!(gelu(f32::NAN).is_nan() && gelu_slope(f32::NAN).is_nan());
    }
}
