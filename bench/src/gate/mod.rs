//! The gate's measurements: two commits as two programs, which take turns.

pub mod builds;
pub mod turns;
