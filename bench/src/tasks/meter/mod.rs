//! Measures: a stopwatch that waits for the device and the loop around it, memory as the process and the device see it,
//! the work of a step in counts, and the machine's load and its ceilings.

pub(crate) mod ceiling;
pub(crate) mod heap;
mod instructions;
pub(crate) mod load;
pub(crate) mod rss;
mod stopwatch;
pub(crate) mod timed_loop;
pub(crate) mod warmup;
pub(crate) mod work;

pub use stopwatch::{sync, timed};
