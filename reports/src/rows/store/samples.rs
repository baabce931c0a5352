//! The file of samples, read line by line: names that lines have in common are kept once.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use csv::StringRecord;
use serde::Deserialize;

use super::StoreError;
use super::file::open_whole;
use crate::rows::record::SampleRow;
use crate::rows::shared_text::SharedText;

/// A line as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    cell: &'a str,
    series: &'a str,
    index: u64,
    value: f64,
}

/// The samples of every cell, each cell's in the order of the file.
pub(super) fn read_samples(path: &Path) -> Result<HashMap<SharedText, Vec<SampleRow>>, StoreError> {
    let broken = |source| StoreError::Row { path: path.into(), source };
    let mut reader = csv::Reader::from_reader(open_whole(path)?);
    let header = reader.headers().map_err(broken)?.clone();
    let (mut record, mut names) = (StringRecord::new(), HashSet::<SharedText>::new());
    let mut by_cell = HashMap::<SharedText, Vec<SampleRow>>::new();
    while reader.read_record(&mut record).map_err(broken)? {
        let Line { cell, series, index, value } = record.deserialize(Some(&header)).map_err(broken)?;
        let series = shared(&mut names, series);
        let cell = by_cell.get_key_value(cell).map_or_else(|| cell.into(), |(cell, _)| cell.clone());
        by_cell.entry(cell.clone()).or_default().push(SampleRow { cell, series, index, value });
    }
    // Vectors that grew have room for up to as much again.
    by_cell.values_mut().for_each(Vec::shrink_to_fit);
    Ok(by_cell)
}

fn shared(names: &mut HashSet<SharedText>, name: &str) -> SharedText {
    if let Some(known) = names.get(name) {
        return known.clone();
    }
    let new = SharedText::from(name);
    names.insert(new.clone());
    new
}
