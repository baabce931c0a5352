//! Programs that take turns, step by step, so that their times can be compared on any machine.
//!
//! Programs are started together and speak a small [`protocol`] (PROTOCOL.md): each does steps when it is told to and
//! sleeps otherwise, so that exactly one works at a time ([`evidence`] shows that). Turns come in a balanced random
//! [`order`]. A [`set`] of fresh processes gives one ratio for each program; a [`session`] is as many sets as the
//! question needs. What the turns say is for [`skipbench_reports::stats::lockstep`] to tell.
//!
//! [`process`] starts real programs. Everything else works on the traits [`Launcher`] and [`Live`], which tests
//! implement with a clock of their own. [`serve`] is the other side: a program that is driven; [`cells`] are
//! skipbench's own steps.

pub(crate) mod cells;
pub(crate) mod evidence;
pub(crate) mod order;
pub(crate) mod process;
pub(crate) mod protocol;
pub(crate) mod result;
#[path = "../../adapters/skipbench_step.rs"]
pub(crate) mod serve;
pub(crate) mod session;
pub(crate) mod set;

use skipbench_reports::table::format_line;

pub use evidence::Evidence;
pub use protocol::Introduction;

/// Starts programs.
pub trait Launcher {
    /// A program that runs; it ends when this is dropped.
    type Live: Live;

    /// Starts the program of that number and waits until it is ready. `padding` bytes in its environment move its
    /// addresses.
    ///
    /// # Errors
    /// If it cannot be started, or does not get ready.
    fn start(&mut self, member: usize, padding: usize) -> Result<(Self::Live, Introduction), Fault>;
}

/// A program that waits for its turn.
pub trait Live {
    /// Lets it do so many steps.
    ///
    /// # Errors
    /// If it dies, hangs, or answers nonsense.
    fn turn(&mut self, steps: u32) -> Result<Turned, Fault>;
}

/// What one turn gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turned {
    /// Nanoseconds of each step.
    pub times: Vec<u64>,
    /// What was seen from outside.
    pub evidence: Evidence,
}

/// Why a program gave no more turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The user wants to end.
    Stopped,
    /// It is broken, and how, on one line.
    Broken(String),
}

impl Fault {
    fn broken(error: impl Into<String>) -> Self {
        Fault::Broken(format_line(&error.into()))
    }
}
