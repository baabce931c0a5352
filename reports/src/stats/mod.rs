//! Computes medians, intervals, exponents, ratios and differences, from numbers alone.

pub mod bootstrap;
pub(crate) mod estimate;
pub mod lockstep;
pub mod paired;
pub(crate) mod parallel;

pub use estimate::{
    Estimate, detectable, deviation, holm, mean, mean_interval, median, normal_p_value, p_value, quantile,
};
pub(crate) use estimate::{LEAST_DETECTING, far_above, growth_exponent, median_interval, slope, useful};
