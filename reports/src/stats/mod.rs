//! Medians, intervals, exponents, ratios and differences, of numbers alone.

pub mod bootstrap;
mod estimate;
pub mod lockstep;
pub mod paired;
pub(crate) mod parallel;

pub(crate) use estimate::slope;
pub use estimate::{
    Estimate, detectable, deviation, far_above, growth_exponent, holm, mean, mean_interval, median, p_value, quantile,
};
