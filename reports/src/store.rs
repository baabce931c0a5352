//! Files of rows. `runs.csv` is the commit log: a cell is done when its line stands there whole.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use csv::StringRecord;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::migrate::{self, OLDEST};
use crate::record::{RunRow, SCHEMA_VERSION, SampleRow};
use crate::render;

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
    let rows = read_runs(&dir.join(RUNS))?;
    let samples = read_samples(&dir.join(SAMPLES))?;
    let mut by_cell = std::collections::HashMap::<String, Vec<SampleRow>>::new();
    for sample in samples {
        by_cell.entry(sample.cell.clone()).or_default().push(sample);
    }
    let attach = |row: RunRow| Run { samples: by_cell.remove(&row.cell).unwrap_or_default(), row };
    Ok(rows.into_iter().map(attach).collect())
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

fn read_runs(path: &Path) -> Result<Vec<RunRow>, StoreError> {
    let text = whole(path)?;
    let broken = |source| StoreError::Row { path: path.into(), source };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(broken)?.clone();
    let column = header.iter().position(|name| name == "schema_version").unwrap_or(0);
    let mut headers = BTreeMap::<u32, StringRecord>::new();
    let mut rows = Vec::new();
    for record in reader.into_records() {
        let record = record.map_err(broken)?;
        let version = version(path, &record, column)?;
        let header = headers.entry(version).or_insert_with(|| migrate::header(&header, version));
        // A row that is of this version already, as nearly all are, is not copied.
        let row = if version == SCHEMA_VERSION {
            record.deserialize(Some(header))
        } else {
            migrate::row(&record, version, column).deserialize(Some(header))
        };
        let row: RunRow = row.map_err(|source| misread(path, header, &record, source))?;
        rows.push(RunRow { recipe: migrate::recipe(row.recipe), ..row });
    }
    Ok(rows)
}

/// What is wrong with a row, by the name of its column where one is at fault.
fn misread(path: &Path, header: &StringRecord, record: &StringRecord, source: csv::Error) -> StoreError {
    let (line, path) = (record.position().map_or(0, csv::Position::line), path.to_path_buf());
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

fn version(path: &Path, record: &StringRecord, column: usize) -> Result<u32, StoreError> {
    let found = record.get(column).unwrap_or_default();
    let known = found.parse().ok().filter(|version| (OLDEST..=SCHEMA_VERSION).contains(version));
    let line = record.position().map_or(0, csv::Position::line);
    known.ok_or_else(|| StoreError::Version { path: path.into(), line, found: found.to_owned() })
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

fn io(path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { path: path.into(), source }
}

/// Appends cells to a run's directory.
#[derive(Debug)]
pub struct Journal {
    runs: (PathBuf, File),
    samples: (PathBuf, File),
}

impl Journal {
    /// Opens `dir` for appending. What a killed run left half-written is cut off first: a last line without its end,
    /// and samples of cells without a row.
    ///
    /// # Errors
    /// As [`read`], but for that half-written end.
    pub fn open(dir: &Path) -> Result<(Self, Vec<RunRow>), StoreError> {
        fs::create_dir_all(dir).map_err(|source| io(dir, source))?;
        cut_torn_line(&dir.join(RUNS))?;
        cut_torn_line(&dir.join(SAMPLES))?;
        // Samples are on the disk before the first row is, so rows without them were not left by a killed run.
        let runs = if dir.join(RUNS).exists() { read(dir)? } else { Vec::new() };
        let samples: Vec<&SampleRow> = runs.iter().flat_map(|run| &run.samples).collect();
        write_atomically(&dir.join(SAMPLES), &samples)?;
        let rows: Vec<RunRow> = runs.into_iter().map(|run| run.row).collect();
        // Rows of this schema need its header, whatever stood there.
        write_atomically(&dir.join(RUNS), &rows)?;
        Ok((Self { runs: append(dir.join(RUNS))?, samples: append(dir.join(SAMPLES))? }, rows))
    }

    /// Appends one cell: its samples first, then its row, each on the disk before the next begins.
    ///
    /// # Errors
    /// If the file system refuses.
    pub fn append(&mut self, row: &RunRow, samples: &[SampleRow]) -> Result<(), StoreError> {
        write_lines(&mut self.samples, samples)?;
        write_lines(&mut self.runs, std::slice::from_ref(row))
    }
}

fn append(path: PathBuf) -> Result<(PathBuf, File), StoreError> {
    let file = OpenOptions::new().create(true).append(true).open(&path);
    file.map(|file| (path.clone(), file)).map_err(|source| io(&path, source))
}

fn write_lines<T: Serialize>((path, file): &mut (PathBuf, File), rows: &[T]) -> Result<(), StoreError> {
    let empty = file.metadata().map_err(|source| io(path, source))?.len() == 0;
    let mut writer = csv::WriterBuilder::new().has_headers(empty).from_writer(Vec::new());
    let serialised = rows.iter().try_for_each(|row| writer.serialize(row));
    serialised.map_err(|source| StoreError::Row { path: path.clone(), source })?;
    let bytes = writer.into_inner().map_err(|error| io(path, error.into_error()))?;
    file.write_all(&bytes).and_then(|()| file.sync_data()).map_err(|source| io(path, source))
}

/// Removes what stands after the last line break. No field holds one: writers put errors on one line.
fn cut_torn_line(path: &Path) -> Result<(), StoreError> {
    let Ok(bytes) = fs::read(path) else { return Ok(()) };
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    if end == bytes.len() {
        return Ok(());
    }
    let file = OpenOptions::new().write(true).open(path);
    file.and_then(|file| file.set_len(end as u64)).map_err(|source| io(path, source))
}
