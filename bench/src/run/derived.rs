//! Writes what is derived from a run's rows beside them, for readers of files.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use skipbench_reports::analyses::rank::By;
use skipbench_reports::analyses::{compare, frontier, rank, scaling};
use skipbench_reports::report::Report;
use skipbench_reports::rows::store;

/// Writes one file for each analysis into the run's directory.
///
/// # Errors
/// Returns an error if the file system refuses.
pub(crate) fn write(dir: &Path, report: &Report) -> Result<()> {
    table(dir, "comparison.csv", &compare::rows(&report.comparisons))?;
    table(dir, "frontier.csv", &frontier::rows(&report.frontiers))?;
    table(dir, "rank.csv", &rank::rows(&report.rankings, By::Style))?;
    table(dir, "roofline.csv", &report.roofs)?;
    table(dir, "scaling.csv", &scaling::rows(&report.curves))
}

/// Writes a table. What no row says has no file.
fn table<T: Serialize>(dir: &Path, name: &str, rows: &[T]) -> Result<()> {
    if !rows.is_empty() {
        store::write_atomically(&dir.join(name), rows)?;
    }
    Ok(())
}
