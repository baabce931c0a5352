//! A run: its plan, its directory, its cells in processes of their own, its rows.
//!
//! A [`request`] and its suite make a plan ([`planning`], [`plan`]), for which child processes are asked about images and devices
//! ([`ask`]). A [`session`] works on the plan in the run's directory ([`rundir`]): it executes cells ([`orchestrate`]), each in a
//! process ([`runner`]), shows how far they are ([`progress`]), and writes a [`row`] for each, with its [`provenance`]. Where the
//! comparison of the rows is not precise enough, there are more [`rounds`]. What follows from the rows is [`derived`].

pub(crate) mod ask;
pub(crate) mod derived;
pub mod orchestrate;
pub mod plan;
pub(crate) mod planning;
pub mod progress;
pub mod provenance;
pub(crate) mod request;
pub mod rounds;
pub mod row;
pub mod rundir;
pub mod runner;
pub(crate) mod session;
