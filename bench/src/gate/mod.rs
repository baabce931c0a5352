//! The gate's measurements: two commits are built as two programs ([`builds`]), which take turns at the same cells
//! ([`interleave`]) as a [`job`] says; or a finished run becomes the [`baseline`] of those to come. Judging is
//! `skipbench-ci`'s.

pub(crate) mod baseline;
pub(crate) mod builds;
pub(crate) mod commands;
mod directory;
pub(crate) mod evidence;
pub(crate) mod interleave;
pub(crate) mod job;
pub(crate) mod sitting;
