//! How skipbench measures: suites, plans, cells in processes of their own, workloads, rows.
//!
//! A suite ([`suite`]) and the images' shape make groups; groups, devices and seeds make cells ([`cell`]), which a run plans,
//! gives a child process each and writes to rows of `skipbench-reports` ([`run`]). The child does one workload ([`tasks`]) with
//! what it needs: images ([`data`]), a device ([`device`]), a stopwatch and counters of memory ([`meter`]). Whether a device computes
//! right is tried first ([`selftest`]). For the gate two programs take turns ([`gate`]). [`weights`] come from PyTorch and go back.

pub mod cell;
mod commands;
pub mod data;
pub mod device;
pub mod gate;
pub mod meter;
pub mod run;
pub mod selftest;
pub mod suite;
pub mod tasks;
pub mod weights;

pub use commands::cli;

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
