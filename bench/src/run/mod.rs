//! Does a run: its plan, its directory, its cells in separate processes, and its rows.
//!
//! A [`request`] and its suite make a plan ([`planning`], [`plan`]), for which child processes are asked about images
//! and devices ([`ask`]). A [`session`] works on the plan in the run's directory ([`rundir`], [`plan_file`]). It executes
//! cells ([`orchestrate`]), each in its own process ([`process`], a [`runner`]), shows how far they are ([`progress`]),
//! and writes a [`row`] for each, with its [`provenance`]. The program itself says what it was [`built`] from. Cells
//! that are compared by their steps take turns instead ([`sitting`]). What the system gives the process is [`limits`].
//! What follows from the rows is [`derived`]; a finished run is kept permanently as a [`record`]. [`claims`] are several
//! runs, one per suite. A plan may be cut into shares for several machines ([`shard`]); [`merge`] puts them together.

pub(crate) mod ask;
pub(crate) mod built;
pub(crate) mod claims;
pub(crate) mod death;
pub(crate) mod derived;
pub(crate) mod limits;
pub(crate) mod merge;
pub(crate) mod orchestrate;
pub(crate) mod plan;
pub(crate) mod plan_file;
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
