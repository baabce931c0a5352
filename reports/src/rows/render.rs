//! Renders rows as text for scripts.

use serde::Serialize;

/// Renders rows as CSV with a header line.
///
/// # Errors
/// Returns an error if a row cannot be written as a line.
pub fn csv<T: Serialize>(rows: &[T]) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row)?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
