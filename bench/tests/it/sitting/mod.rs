//! Cells of one set that take turns.

mod divided;
mod fake;
mod precise;
#[cfg(target_os = "linux")]
mod real;
