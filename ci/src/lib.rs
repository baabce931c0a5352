//! Whether a change may land: verdicts over rows, without Burn and without a clock.
//!
//! Judged are quantities that repeat: counts must be equal, peak heap may not grow. Times are not judged here: two runs
//! at different hours or on different machines differ by more than most changes do.

pub mod gate;
