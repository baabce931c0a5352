//! Whether a change may land: verdicts over rows, without Burn and without a clock.
//!
//! - [`pair`]: the cells of two runs, each with its own; what cannot be paired is an error and never a pass.
//! - [`columns`]: what is made of every column; `possible`: values that no measurement can give.
//! - `rules`: one rule a file; [`gate`] applies all of them; [`config`] has the limits; [`finding`] is what a rule
//!   found.
//! - [`series`]: what samples hold, without their numbers.
//! - [`sets`]: what programs that took turns say of one time, from rows or from any two programs; [`restless`]: which of
//!   them did not sleep between.
//! - [`output`]: the only place that formats; [`reproduce`] gives the commands; [`bless`] makes a new baseline.

pub mod bless;
pub mod columns;
pub mod config;
pub mod finding;
pub mod gate;
pub mod output;
pub mod pair;
mod possible;
pub mod reproduce;
pub mod restless;
mod rules;
pub mod series;
pub mod sets;
