//! Whether a change may land: verdicts over rows, without Burn and without a clock.
//!
//! - [`pair`]: the cells of two runs, each with its own; what cannot be paired is an error and never a pass.
//! - [`exact`], [`heap`], [`time`], [`accuracy`]: one rule a file; [`gate`] applies all of them; [`config`] has the limits.
//! - [`table`], [`markdown`], [`junit`], [`benchmark`]: the only places that format; [`reproduce`] gives the commands; [`bless`] makes a new baseline.

pub mod accuracy;
pub mod benchmark;
pub mod bless;
pub mod config;
pub mod exact;
pub mod finding;
pub mod gate;
pub mod heap;
pub mod junit;
pub mod markdown;
pub mod pair;
pub mod reproduce;
pub mod table;
pub mod time;
