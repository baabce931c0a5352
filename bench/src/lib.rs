//! Measures: suites, plans, cells in separate processes, workloads, rows.
//!
//! The modules, in the order of the data: `commands` read the command line. A `suite` and the images' shape make
//! groups. A `run` makes cells of groups, devices and seeds, checks whether a device computes correctly
//! (`run/selftest`), gives each cell a child process, and writes its result to rows of `skipbench-reports`. A `cell` is
//! everything that the child is told, as JSON. `tasks` are what the child does, with a stopwatch and counters of memory
//! (`tasks/meter`), on a `device`, with images and weights (`files`). In `lockstep` any programs take turns step by
//! step; the `gate` lets two commits, or two programs, do so. Below them all is the `system`: signals, messages, and
//! the program itself.
//!
//! The interface is [`cli`]. A program that brings its own network calls [`cli::main_with`].

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
