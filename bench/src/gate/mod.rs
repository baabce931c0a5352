//! The gate's measurements: two commits are built as programs ([`builds`]), which measure the same cells
//! ([`interleave`]) as a [`job`] says; any two programs are measured as [`commands`] say. What is timed takes turns in a
//! [`sitting`]. Or a finished run becomes the [`baseline`] of those to come. Judging is `skipbench-ci`'s.

pub(crate) mod baseline;
pub(crate) mod builds;
pub(crate) mod commands;
mod directory;
pub(crate) mod evidence;
pub(crate) mod interleave;
pub(crate) mod job;
mod relink;
pub(crate) mod sitting;
pub(crate) mod thin;
