//! Finds the schema version of a file of rows as it was written, before it is brought to the present one.

use std::path::Path;

use super::file::whole;
use super::saved;
use super::{RUNS, StoreError};
use crate::input;
use crate::rows::record::SCHEMA_VERSION;

/// Returns the oldest schema version among the rows in `dir`, or the present one if there is no row.
///
/// # Errors
/// Returns an error for a file that is missing, cut short, or not a table.
pub fn oldest_version(dir: &Path) -> Result<u32, StoreError> {
    let path = dir.join(RUNS);
    oldest(&path).map_err(|error| saved::explain(&path, error))
}

fn oldest(path: &Path) -> Result<u32, StoreError> {
    let file = whole(path, input::ROWS)?;
    let broken = |source| StoreError::Row { path: path.into(), source };
    let mut reader = csv::Reader::from_reader(file);
    let column = reader.headers().map_err(broken)?.iter().position(|name| name == "schema_version").unwrap_or(0);
    let mut oldest = SCHEMA_VERSION;
    for record in reader.records() {
        let version = record.map_err(broken)?.get(column).and_then(|text| text.parse().ok());
        oldest = oldest.min(version.unwrap_or(SCHEMA_VERSION));
    }
    Ok(oldest)
}
