//! Describes what is wrong with a line that is not a row or a sample, by the name of its column.

use std::path::Path;

use csv::{DeserializeError, ErrorKind, StringRecord};

use super::StoreError;

/// Explains why `text`, which is at `line` below `header`, could not be read.
pub(super) fn misread(
    path: &Path,
    header: &StringRecord,
    text: &StringRecord,
    line: u64,
    source: csv::Error,
) -> StoreError {
    let found = match source.kind() {
        ErrorKind::Deserialize { err, .. } => fault(header, text, err),
        _ => None,
    };
    let path = path.to_path_buf();
    match found {
        Some((column, problem)) => StoreError::Field { path, line, column, problem },
        None => StoreError::Row { path, source },
    }
}

/// Returns the column at fault, and what is wrong with it.
fn fault(header: &StringRecord, text: &StringRecord, error: &DeserializeError) -> Option<(String, String)> {
    let said = error.kind().to_string();
    if let Some(column) = error.field().and_then(|field| header.get(field as usize)) {
        return Some((column.to_owned(), said));
    }
    // Of names and words serde does not tell where they stand, but it quotes them.
    let quoted = said.split('`').nth(1)?.to_owned();
    if said.starts_with("unknown field") {
        return Some((quoted, "no column of a row has that name".to_owned()));
    }
    if said.starts_with("missing field") {
        return Some((quoted, "the column is missing".to_owned()));
    }
    let place = text.iter().position(|value| value == quoted)?;
    Some((header.get(place)?.to_owned(), said))
}
