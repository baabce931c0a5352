//! Decides whether a change may land, by verdicts over rows. It needs neither Burn nor a clock.
//!
//! - [`pair`] pairs each cell of one run with its counterpart in the other. What cannot be paired is an error and never
//!   a pass.
//! - [`columns`] says how every column is treated; `possible` knows values that no measurement can give.
//! - `rules` has one rule per file. [`gate`] applies all of them, [`config`] has the limits, and [`finding`] is what a
//!   rule found.
//! - [`series`] holds what samples hold, without their numbers.
//! - [`sets`] holds what programs that took turns say of one time, from rows or from any two programs. [`restless`]
//!   finds those that did not sleep in between.
//! - [`output`] is the only place that formats; [`reproduce`] gives the commands; [`bless`] makes a new baseline.

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
