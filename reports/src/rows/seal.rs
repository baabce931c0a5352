//! Seals rows. A row's seal is a digest of the row and its samples in a column of its own, which shows whether a file
//! was edited by hand.
//!
//! It covers every column of its own row by name and text, and the row's samples. It does not cover how many rows a
//! file has, nor other files. It finds edits and not forgery: anyone can compute a new one.

use csv::StringRecord;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::rows::record::SampleRow;

/// Name of the column, which is the last of `runs.csv` since schema version 4.
pub(crate) const COLUMN: &str = "digest";

/// Returns the first 16 hexadecimal digits of the SHA-256 of every other column's name and text, and of the samples.
pub(crate) fn digest(header: &StringRecord, row: &StringRecord, samples: &[SampleRow]) -> String {
    let mut hash = Sha256::new();
    for (name, text) in header.iter().zip(row).filter(|(name, _)| *name != COLUMN) {
        [name, "=", text, "\n"].iter().for_each(|part| hash.update(part));
    }
    for SampleRow { series, index, value, .. } in samples {
        hash.update(series.as_bytes());
        hash.update(index.to_le_bytes());
        hash.update(value.to_bits().to_le_bytes());
    }
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns a row's header and text, each with the seal at the end.
///
/// # Errors
/// Returns an error if the row cannot be serialized.
pub(crate) fn sealed<T: Serialize>(row: &T, samples: &[SampleRow]) -> Result<[StringRecord; 2], csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.serialize(row)?;
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
    let (mut header, mut text) = (StringRecord::new(), StringRecord::new());
    reader.read_record(&mut header)?;
    reader.read_record(&mut text)?;
    let digest = digest(&header, &text, samples);
    header.push_field(COLUMN);
    text.push_field(&digest);
    Ok([header, text])
}

/// Returns `record` without the column at `index`.
pub(crate) fn without(record: &StringRecord, index: Option<usize>) -> StringRecord {
    record.iter().enumerate().filter(|(at, _)| Some(*at) != index).map(|(_, field)| field).collect()
}
