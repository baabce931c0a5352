//! A run: its plan, its directory, its cells in processes of their own, its rows.

pub mod orchestrate;
pub mod plan;
pub mod progress;
pub mod provenance;
pub mod rounds;
pub mod row;
pub mod rundir;
pub mod runner;
