//! Reads the file of samples line by line. Names that lines have in common are kept once.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use csv::StringRecord;
use serde::Deserialize;

use super::StoreError;
use super::file::Lines;
use super::misread::misread;
use crate::rows::record::SampleRow;
use crate::rows::shared_text::{SharedText, shared};

/// A line as it is in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    cell: &'a str,
    series: &'a str,
    index: u64,
    value: f64,
}

/// Samples of every cell, each cell's in the order of the file.
pub(super) type Samples = HashMap<SharedText, Vec<SampleRow>>;

/// Reads the samples.
pub(super) fn read_samples(path: &Path, lines: Lines) -> Result<Samples, StoreError> {
    collect(path, lines, Err)
}

/// Reads those lines that are samples. If anything is wrong with the others, the digest of their row shows it.
pub(super) fn salvage_samples(lines: Lines) -> Samples {
    collect(Path::new(""), lines, |_| Ok(())).unwrap_or_default()
}

/// Collects the samples. `broken` is called with a line that is not a sample, and may end the reading.
fn collect(
    path: &Path,
    lines: Lines,
    broken: impl Fn(StoreError) -> Result<(), StoreError>,
) -> Result<Samples, StoreError> {
    let unread = |source| StoreError::Row { path: path.into(), source };
    let mut reader = csv::Reader::from_reader(lines);
    let header = reader.headers().map_err(unread)?.clone();
    let (mut record, mut names, mut by_cell) = (StringRecord::new(), HashSet::new(), Samples::new());
    loop {
        let line = match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => record.deserialize(Some(&header)).map_err(|source| {
                let line = record.position().map_or(0, csv::Position::line);
                misread(path, &header, &record, line, source)
            }),
            Err(source) => Err(unread(source)),
        };
        match line {
            Ok(line) => add(&mut by_cell, &mut names, line),
            Err(error) => broken(error)?,
        }
    }
    // Vectors that grew have room for up to as much again.
    by_cell.values_mut().for_each(Vec::shrink_to_fit);
    Ok(by_cell)
}

fn add(by_cell: &mut Samples, names: &mut HashSet<SharedText>, Line { cell, series, index, value }: Line<'_>) {
    let series = shared(names, series);
    let cell = by_cell.get_key_value(cell).map_or_else(|| cell.into(), |(cell, _)| cell.clone());
    by_cell.entry(cell.clone()).or_default().push(SampleRow { cell, series, index, value });
}
