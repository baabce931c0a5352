//! Handles a line of the file of rows: read with its seal and brought to the present schema, or sealed and written.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::rc::Rc;

use csv::StringRecord;

use super::file::Lines;
use super::misread::misread;
use super::{StoreError, io};
use crate::rows::migrate::{self, OLDEST};
use crate::rows::record::{RunRow, SCHEMA_VERSION, SampleRow};
use crate::rows::seal;
use crate::rows::shared_text::{SharedText, shared};

/// First schema version whose rows are sealed.
pub const FIRST_SEALED: u32 = 4;

/// A line of the file of rows, with its seal.
pub(super) struct SealedRow {
    pub(super) row: RunRow,
    /// Number of the line.
    pub(super) line: u64,
    /// Seal of the row; `None` before schema version 4.
    pub(super) seal: Option<Seal>,
}

/// A row as it was written, with its seal.
pub(super) struct Seal {
    header: Rc<StringRecord>,
    text: StringRecord,
    digest: String,
}

impl Seal {
    pub(super) fn holds(&self, samples: &[SampleRow]) -> bool {
        seal::digest(&self.header, &self.text, samples) == self.digest
    }
}

/// Iterates over the lines of a file of rows. A large run's text is never in memory at once.
pub(super) struct SealedRows<'a> {
    columns: Columns<'a>,
    records: csv::StringRecordsIntoIter<Lines>,
}

impl<'a> SealedRows<'a> {
    /// Reads the file at `path`. Where a line is not a row, its place has the reason.
    pub(super) fn of(path: &'a Path, lines: Lines) -> Result<Self, StoreError> {
        let mut reader = csv::Reader::from_reader(lines);
        let header = reader.headers().map_err(|source| StoreError::Row { path: path.into(), source })?;
        Ok(Self { columns: Columns::of(path, header), records: reader.into_records() })
    }
}

impl Iterator for SealedRows<'_> {
    type Item = Result<SealedRow, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let path = self.columns.path;
        let record = self.records.next()?.map_err(|source| StoreError::Row { path: path.into(), source });
        Some(record.and_then(|record| self.columns.line(&record)))
    }
}

/// Holds what the first line of a file says of all others.
struct Columns<'a> {
    path: &'a Path,
    /// Every column except the digest.
    header: Rc<StringRecord>,
    /// Index of the digest; `None` in files of older schemas.
    digest: Option<usize>,
    /// Index of the schema version.
    version: usize,
    /// Long texts that rows have in common, each kept once.
    texts: HashSet<SharedText>,
    /// Current names of the columns, for every version met.
    headers: BTreeMap<u32, StringRecord>,
}

impl<'a> Columns<'a> {
    fn of(path: &'a Path, header: &StringRecord) -> Self {
        let digest = header.iter().position(|name| name == seal::COLUMN);
        let header = Rc::new(seal::without(header, digest));
        let version = header.iter().position(|name| name == "schema_version").unwrap_or(0);
        Self { path, header, digest, version, texts: HashSet::new(), headers: BTreeMap::new() }
    }

    fn line(&mut self, record: &StringRecord) -> Result<SealedRow, StoreError> {
        let line = record.position().map_or(0, csv::Position::line);
        let digest = self.digest.and_then(|index| record.get(index)).unwrap_or_default().to_owned();
        let text = seal::without(record, self.digest);
        let version = self.version(&text, line)?;
        // Files are written whole in one schema, so that no row of a sealed file escapes its seal by its version.
        if version < FIRST_SEALED && self.digest.is_some() {
            let (path, column) = (self.path.into(), "schema_version".to_owned());
            let problem = format!("a file with digests holds no row of schema version {version}");
            return Err(StoreError::Field { path, line, column, problem });
        }
        let row = self.row(&text, version, line)?;
        let seal = (version >= FIRST_SEALED).then(|| Seal { header: Rc::clone(&self.header), text, digest });
        Ok(SealedRow { row, line, seal })
    }

    fn version(&self, text: &StringRecord, line: u64) -> Result<u32, StoreError> {
        let found = text.get(self.version).unwrap_or_default();
        let known = found.parse().ok().filter(|version| (OLDEST..=SCHEMA_VERSION).contains(version));
        known.ok_or_else(|| StoreError::Version { path: self.path.into(), line, found: found.to_owned() })
    }

    fn row(&mut self, text: &StringRecord, version: u32, line: u64) -> Result<RunRow, StoreError> {
        let header = self.headers.entry(version).or_insert_with(|| migrate::header(&self.header, version));
        // A row that is of this version already, as nearly all are, is not copied.
        let row = if version == SCHEMA_VERSION {
            text.deserialize(Some(header))
        } else {
            migrate::row(text, version, self.version).deserialize(Some(header))
        };
        let row: RunRow = row.map_err(|source| misread(self.path, header, text, line, source))?;
        let [spec, recipe, command] =
            [row.spec, migrate::recipe(row.recipe), row.command].map(|text| shared(&mut self.texts, &text));
        Ok(RunRow { spec, recipe, command, ..row })
    }
}

/// Formats a sealed row as it is in the file, with the header before it if it is the first.
pub(crate) fn line(path: &Path, row: &RunRow, samples: &[SampleRow], first: bool) -> Result<Vec<u8>, StoreError> {
    let broken = |source| StoreError::Row { path: path.into(), source };
    let [header, row] = seal::sealed(row, samples).map_err(broken)?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let records = if first { vec![header, row] } else { vec![row] };
    records.iter().try_for_each(|record| writer.write_record(record)).map_err(broken)?;
    writer.into_inner().map_err(|error| io(path, error.into_error()))
}
