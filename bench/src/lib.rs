//! How skipbench measures: suites, plans, cells in processes of their own, workloads, rows.
//!
//! The rooms, in the order of the data: `commands` read the command line; a `suite` and the images' shape make groups;
//! a `run` makes cells of groups, devices and seeds, gives each a child process and writes what it gave to rows of
//! `skipbench-reports`; a `cell` is all that the child is told, as JSON; `tasks` are what the child does, with images
//! (`data`), a device (`device`), a stopwatch and counters of memory (`meter`). Beside them: whether a device computes
//! right (`selftest`), the gate, for which two programs take turns (`gate`), any programs that take turns step by step
//! (`lockstep`), and `weights` from PyTorch and back.
//!
//! The interface is [`cli`]: a program that brings a network of its own calls [`cli::main_with`].

mod cell;
mod commands;
mod data;
mod device;
mod gate;
#[doc(hidden)]
pub mod internals;
mod lockstep;
mod meter;
mod run;
mod selftest;
mod suite;
mod tasks;
mod text;
mod weights;

pub use commands::cli;
