//! Formats a judgment as text. Nothing else formats.

mod benchmark;
mod junit;
mod markdown;
mod table;

pub use benchmark::{Benchmark, benchmarks};
pub use junit::{format_junit, is_junit};
pub use markdown::format_markdown;
pub use table::findings;
