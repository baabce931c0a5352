//! How skipbench measures: suites, plans, cells in processes of their own, workloads, rows.
//!
//! The rooms, in the order of the data: `commands` read the command line; a `suite` and the images' shape make groups;
//! a `run` makes cells of groups, devices and seeds, gives each a child process and writes what it gave to rows of
//! `skipbench-reports`; a `cell` is all that the child is told, as JSON; `tasks` are what the child does, with images
//! (`data`), a device (`device`), a stopwatch and counters of memory (`meter`). Beside them: whether a device computes
//! right (`selftest`), the gate, for which two programs take turns (`gate`), any programs that take turns step by step
//! (`lockstep`), and `weights` from PyTorch and back.
//!
//! Around all of them: what is told to people never ends the work (`tell`), what a user asked to end does (`interrupt`),
//! and a program that is started again is the same (`executable`).
//!
//! The interface is [`cli`]: a program that brings a network of its own calls [`cli::main_with`].

// Both panic where nobody can hear: `tell` does not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod cell;
mod commands;
mod data;
mod device;
mod executable;
mod gate;
#[doc(hidden)]
pub mod internals;
mod interrupt;
mod lockstep;
mod meter;
mod run;
mod selftest;
mod suite;
mod tasks;
mod tell;
mod text;
mod weights;

pub use commands::cli;
