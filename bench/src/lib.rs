//! How skipbench measures: suites, plans, cells in processes of their own, workloads, rows.
//!
//! The rooms, in the order of the data: `commands` read the command line; a `suite` and the images' shape make groups;
//! a `run` makes cells of groups, devices and seeds, checks whether a device computes right (`run/selftest`), gives
//! each cell a child process and writes what it gave to rows of `skipbench-reports`; a `cell` is all that the child is
//! told, as JSON; `tasks` are what the child does, with a stopwatch and counters of memory (`tasks/meter`), on a
//! `device`, with images and weights (`files`). In `lockstep` any programs take turns step by step; the `gate` lets two
//! commits, or two programs, do so. Beneath them all lies the `system`: signals, what is told, the program itself.
//!
//! The interface is [`cli`]: a program that brings a network of its own calls [`cli::main_with`].

// Both panic where nobody can hear: `system/tell` does not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod cell;
mod commands;
mod device;
mod files;
mod gate;
#[doc(hidden)]
pub mod internals;
mod lockstep;
mod run;
mod suite;
mod system;
mod tasks;

pub use commands::cli;
