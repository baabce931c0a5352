//! A run: its plan, its directory, its cells in processes of their own, its rows.
//!
//! A [`request`] and its suite make a plan ([`planning`], [`plan`]), for which child processes are asked about images
//! and devices ([`ask`]). A [`session`] works on the plan in the run's directory ([`rundir`], [`plan_file`]): it executes cells
//! ([`orchestrate`]), each in a process of its own ([`process`], a [`runner`]), shows how far they are ([`progress`]),
//! and writes a [`row`] for each, with its [`provenance`]. Cells that are compared by their steps take turns instead
//! ([`sitting`]). What the system gives the process is [`limits`]. What follows from the rows is [`derived`];
//! a finished run is kept for good as a [`record`]. [`claims`] are several runs, one a suite. A plan may be cut, and its
//! shares be done on several machines ([`shard`]); [`merge`] puts them together.

pub(crate) mod ask;
pub(crate) mod claims;
mod death;
pub(crate) mod derived;
pub(crate) mod limits;
pub(crate) mod merge;
pub(crate) mod orchestrate;
pub(crate) mod plan;
mod plan_file;
pub(crate) mod planning;
pub(crate) mod process;
pub(crate) mod progress;
pub(crate) mod provenance;
pub(crate) mod record;
pub(crate) mod request;
pub(crate) mod row;
pub(crate) mod rundir;
pub(crate) mod runner;
pub(crate) mod selftest;
pub(crate) mod session;
pub(crate) mod shard;
pub(crate) mod sitting;
