//! Files of rows. `runs.csv` is the commit log: a cell is done when its line stands there whole.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use csv::StringRecord;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::migrate::{self, OLDEST};
use crate::record::{RunRow, SCHEMA_VERSION, SampleRow};
use crate::render;
use crate::seal;

/// Name of the file of [`RunRow`]s.
pub const RUNS: &str = "runs.csv";
/// Name of the file of [`SampleRow`]s.
pub const SAMPLES: &str = "samples.csv";

/// Why rows could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not a row.
    #[error(
        "{path}: {source}. The file was cut short or edited by hand; `skipbench run --resume` mends a file that a killed run left"
    )]
    Row {
        /// The file.
        path: PathBuf,
        /// Which line, which column, and why.
        source: csv::Error,
    },
    /// A column holds what it cannot hold.
    #[error("{path}: line {line}, column {column}: {problem}; the file was edited by hand, or is of another program")]
    Field {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The column.
        column: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A row or its samples are not those that were written.
    #[error(
        "{path}: line {line}: cell {cell} does not agree with its digest: the row, or its samples, were edited by hand or lost; run the cell anew"
    )]
    Edited {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The cell.
        cell: String,
    },
    /// A cell stands in the file twice.
    #[error("{path}: line {line}: cell {cell} stands twice; the file was put together by hand")]
    Repeated {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The cell.
        cell: String,
    },
    /// A cell's samples have no row.
    #[error(
        "{path}: no row of cell {cell}, of which there are samples: the file was cut short; `skipbench run --resume` mends what a killed run left"
    )]
    Lost {
        /// The file.
        path: PathBuf,
        /// The cell.
        cell: String,
    },
    /// The last line has no end.
    #[error("{path}: the last line is cut short; `skipbench run --resume` mends a file that a killed run left")]
    Torn {
        /// The file.
        path: PathBuf,
    },
    /// A version that this program does not know wrote a row.
    #[error(
        "{path}: line {line} has schema version {found}, but this skipbench reads versions {OLDEST} to {SCHEMA_VERSION}; use the skipbench that wrote it, or a newer one"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// Its version, as it stands there.
        found: String,
    },
}

/// One cell's row and its series.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The row.
    pub row: RunRow,
    /// Its samples in the order of writing.
    pub samples: Vec<SampleRow>,
}

/// Reads a run's directory. Rows of older schemas are brought to this one.
///
/// # Errors
/// A file that is missing, cut short, edited into something else, or of an unknown schema version.
pub fn read(dir: &Path) -> Result<Vec<Run>, StoreError> {
    let (runs, lost) = read_begun(dir)?;
    match lost {
        Some(cell) => Err(StoreError::Lost { path: dir.join(RUNS), cell }),
        None => Ok(runs),
    }
}

/// [`read`], and a cell that has samples but no row: a killed run leaves such, and so does a file of rows that was cut short.
pub(crate) fn read_begun(dir: &Path) -> Result<(Vec<Run>, Option<String>), StoreError> {
    let path = dir.join(RUNS);
    let lines = read_runs(&path)?;
    let samples = read_samples(&dir.join(SAMPLES))?;
    let mut by_cell = HashMap::<String, Vec<SampleRow>>::new();
    for sample in samples {
        by_cell.entry(sample.cell.clone()).or_default().push(sample);
    }
    let mut seen = HashSet::new();
    let attach = |Line { row, line, seal }: Line| {
        let (path, cell) = (path.clone(), row.cell.clone());
        if !seen.insert(cell.clone()) {
            return Err(StoreError::Repeated { path, line, cell });
        }
        let samples = by_cell.remove(&row.cell).unwrap_or_default();
        match seal {
            Some(seal) if !seal.holds(&samples) => Err(StoreError::Edited { path, line, cell }),
            _ => Ok(Run { row, samples }),
        }
    };
    let runs: Vec<Run> = lines.into_iter().map(attach).collect::<Result<_, _>>()?;
    Ok((runs, by_cell.into_keys().min()))
}

/// A line of the file of rows.
struct Line {
    row: RunRow,
    line: u64,
    /// None before schema version 4.
    seal: Option<Seal>,
}

/// A row as it was written, with its seal.
struct Seal {
    header: Rc<StringRecord>,
    text: StringRecord,
    digest: String,
}

impl Seal {
    fn holds(&self, samples: &[SampleRow]) -> bool {
        seal::digest(&self.header, &self.text, samples) == self.digest
    }
}

/// The file's text, which must end where a line ends.
fn whole(path: &Path) -> Result<String, StoreError> {
    let text = fs::read_to_string(path).map_err(|source| io(path, source))?;
    if text.is_empty() || text.ends_with('\n') { Ok(text) } else { Err(StoreError::Torn { path: path.into() }) }
}

fn read_samples(path: &Path) -> Result<Vec<SampleRow>, StoreError> {
    let text = whole(path)?;
    let rows: Result<Vec<SampleRow>, csv::Error> =
        csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect();
    rows.map_err(|source| StoreError::Row { path: path.into(), source })
}

fn read_runs(path: &Path) -> Result<Vec<Line>, StoreError> {
    let text = whole(path)?;
    let broken = |source| StoreError::Row { path: path.into(), source };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(broken)?.clone();
    let sealed = header.iter().position(|name| name == seal::COLUMN);
    let header = Rc::new(seal::without(&header, sealed));
    let column = header.iter().position(|name| name == "schema_version").unwrap_or(0);
    let mut headers = BTreeMap::<u32, StringRecord>::new();
    let mut rows = Vec::new();
    for record in reader.into_records() {
        let record = record.map_err(broken)?;
        let digest = sealed.and_then(|index| record.get(index)).unwrap_or_default().to_owned();
        let line = record.position().map_or(0, csv::Position::line);
        let record = seal::without(&record, sealed);
        let version = version(path, &record, column, line)?;
        if version < SEALED && !digest.is_empty() {
            let problem = format!("a row of schema version {version} has no digest");
            return Err(StoreError::Field { path: path.into(), line, column: "schema_version".to_owned(), problem });
        }
        let seal = || Seal { header: Rc::clone(&header), text: record.clone(), digest };
        let seal = (version >= SEALED).then(seal);
        let header = headers.entry(version).or_insert_with(|| migrate::header(&header, version));
        // A row that is of this version already, as nearly all are, is not copied.
        let row = if version == SCHEMA_VERSION {
            record.deserialize(Some(header))
        } else {
            migrate::row(&record, version, column).deserialize(Some(header))
        };
        let row: RunRow = row.map_err(|source| misread(path, header, line, source))?;
        let row = RunRow { recipe: migrate::recipe(row.recipe), ..row };
        rows.push(Line { row, line, seal });
    }
    Ok(rows)
}

/// What is wrong with a row, by the name of its column where one is at fault.
fn misread(path: &Path, header: &StringRecord, line: u64, source: csv::Error) -> StoreError {
    let path = path.to_path_buf();
    let column = match source.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.field().and_then(|field| header.get(field as usize)),
        _ => None,
    };
    match (column.map(str::to_owned), source.kind()) {
        (Some(column), csv::ErrorKind::Deserialize { err, .. }) => {
            StoreError::Field { path, line, column, problem: err.kind().to_string() }
        }
        _ => StoreError::Row { path, source },
    }
}

fn version(path: &Path, record: &StringRecord, column: usize, line: u64) -> Result<u32, StoreError> {
    let found = record.get(column).unwrap_or_default();
    let known = found.parse().ok().filter(|version| (OLDEST..=SCHEMA_VERSION).contains(version));
    known.ok_or_else(|| StoreError::Version { path: path.into(), line, found: found.to_owned() })
}

/// The first schema version whose rows are sealed.
const SEALED: u32 = 4;

/// Writes both files of a run's directory, each whole or not at all.
///
/// # Errors
/// If the file system refuses.
pub fn write(dir: &Path, runs: &[Run]) -> Result<(), StoreError> {
    let samples: Vec<&SampleRow> = runs.iter().flat_map(|run| &run.samples).collect();
    write_atomically(&dir.join(SAMPLES), &samples)?;
    let path = dir.join(RUNS);
    let mut text = Vec::new();
    for run in runs {
        text.extend(line(&path, &run.row, &run.samples, text.is_empty())?);
    }
    replace(&path, &String::from_utf8_lossy(&text))
}

/// A sealed row as it stands in the file, with the header before it if it is the first.
pub(crate) fn line(path: &Path, row: &RunRow, samples: &[SampleRow], first: bool) -> Result<Vec<u8>, StoreError> {
    let broken = |source| StoreError::Row { path: path.into(), source };
    let [header, row] = seal::sealed(row, samples).map_err(broken)?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let records = if first { vec![header, row] } else { vec![row] };
    records.iter().try_for_each(|record| writer.write_record(record)).map_err(broken)?;
    writer.into_inner().map_err(|error| io(path, error.into_error()))
}

/// Writes rows to a file, whole or not at all.
///
/// # Errors
/// If the file system refuses.
pub fn write_atomically<T: Serialize>(path: &Path, rows: &[T]) -> Result<(), StoreError> {
    let text = render::csv(rows).map_err(|source| StoreError::Row { path: path.into(), source })?;
    replace(path, &text)
}

/// Puts `text` in place of the file, whole or not at all: written beside it, then renamed.
///
/// # Errors
/// If the file system refuses.
pub fn replace(path: &Path, text: &str) -> Result<(), StoreError> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = beside(dir).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file.persist(path)?)
    });
    written.map(drop).map_err(|source| io(path, source))
}

/// A temporary file with the rights of an ordinary one; by itself it would be the owner's alone.
fn beside(dir: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(dir)
}

pub(crate) fn io(path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { path: path.into(), source }
}
