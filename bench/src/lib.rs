//! How skipbench measures: suites, plans, cells in processes of their own, workloads, rows.
//!
//! A suite ([`suite`]) and the images' shape make groups ([`group`]); groups, devices and seeds make cells ([`plan`], [`cell`]); the
//! parent runs each in a child process ([`orchestrate`], [`runner`]), which does one workload ([`worker`], [`tasks`]); what
//! it gave becomes a row ([`row`]) of `skipbench-reports`. Where the comparison of the rows is not precise enough, there are
//! more [`rounds`]. A program may bring networks of its [`own`]. For the gate two programs ([`builds`]) take [`turns`].
//! Any programs can be compared step by step ([`lockstep`]).
//! [`claims`] are suites with a verdict. [`weights`] come from PyTorch and go back.

pub mod budgets;
pub mod builds;
pub mod builtin;
pub mod cell;
pub mod check;
pub mod checkpoint;
pub mod claims;
pub mod cli;
mod commands;
pub mod data;
pub mod device;
pub mod dispatch;
pub mod group;
pub mod lockstep;
pub mod member;
pub mod meter;
pub mod orchestrate;
pub mod own;
pub mod plan;
pub mod progress;
pub mod provenance;
pub mod recipe;
pub mod rounds;
pub mod row;
pub mod rundir;
pub mod runner;
pub mod suite;
pub mod tasks;
pub mod turns;
pub mod weights;
pub mod worker;

/// An error and what caused it, in one line; a cause that the error names itself is not said twice.
fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |text, cause| match text.is_empty() {
        true => cause,
        false if text.contains(&cause) => text,
        false => format!("{text}: {cause}"),
    })
}

/// Bytes as lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
