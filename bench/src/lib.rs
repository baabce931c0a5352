//! How skipbench measures: suites, plans, cells in processes of their own, workloads, rows.
//!
//! A suite ([`suite`]) and the images' shape make groups ([`group`]); groups, devices and seeds make cells ([`plan`], [`cell`]); the
//! parent runs each in a child process ([`orchestrate`], [`runner`]), which does one workload ([`worker`], [`tasks`]); what
//! it gave becomes a row ([`row`]) of `skipbench-reports`.

pub mod cell;
pub mod checkpoint;
pub mod cli;
mod commands;
pub mod data;
pub mod device;
pub mod group;
pub mod meter;
pub mod orchestrate;
pub mod plan;
pub mod progress;
pub mod provenance;
pub mod recipe;
pub mod row;
pub mod rundir;
pub mod runner;
pub mod suite;
pub mod tasks;
pub mod worker;

/// Bytes as lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
