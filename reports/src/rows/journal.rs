//! Writes the run's directory while it grows. A cell is done when its whole line is in `runs.csv`.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::rows::record::{RunRow, SampleRow};
use crate::rows::store::{RUNS, SAMPLES, StoreError, io, line, read_begun, write};

/// Appends cells to a run's directory.
#[derive(Debug)]
pub struct Journal {
    runs: (PathBuf, File),
    samples: (PathBuf, File),
}

impl Journal {
    /// Opens `dir` for appending. What a killed run left half-written is cut off: a last line without its end, and
    /// samples of cells without a row. If it fails, the files are unchanged.
    ///
    /// # Errors
    /// Returns the errors of [`read`](crate::rows::store::read), except for that half-written end.
    pub fn open(dir: &Path) -> Result<(Self, Vec<RunRow>), StoreError> {
        fs::create_dir_all(dir).map_err(|source| io(dir, source))?;
        // Samples are on the disk before the first row is, so rows without them were not left by a killed run.
        let runs = if dir.join(RUNS).exists() { read_begun(dir)? } else { Vec::new() };
        // Rows of this schema need its header, whatever stood there.
        write(dir, &runs)?;
        let rows = runs.into_iter().map(|run| run.row).collect();
        Ok((Self { runs: append(dir.join(RUNS))?, samples: append(dir.join(SAMPLES))? }, rows))
    }

    /// Appends one cell: its samples first, then its row. Each is on the disk before the next begins.
    ///
    /// # Errors
    /// Returns an error if the file system refuses.
    pub fn append(&mut self, row: &RunRow, samples: &[SampleRow]) -> Result<(), StoreError> {
        let first = is_empty(&self.samples)?;
        let mut writer = csv::WriterBuilder::new().has_headers(first).from_writer(Vec::new());
        let serialized = samples.iter().try_for_each(|sample| writer.serialize(sample));
        serialized.map_err(|source| StoreError::Row { path: self.samples.0.clone(), source })?;
        let bytes = writer.into_inner().map_err(|error| io(&self.samples.0, error.into_error()))?;
        append_bytes(&mut self.samples, &bytes)?;
        let line = line(&self.runs.0, row, samples, is_empty(&self.runs)?)?;
        append_bytes(&mut self.runs, &line)
    }
}

fn append(path: PathBuf) -> Result<(PathBuf, File), StoreError> {
    let file = OpenOptions::new().create(true).append(true).open(&path);
    file.map(|file| (path.clone(), file)).map_err(|source| io(&path, source))
}

fn is_empty((path, file): &(PathBuf, File)) -> Result<bool, StoreError> {
    Ok(file.metadata().map_err(|source| io(path, source))?.len() == 0)
}

fn append_bytes((path, file): &mut (PathBuf, File), bytes: &[u8]) -> Result<(), StoreError> {
    file.write_all(bytes).and_then(|()| file.sync_data()).map_err(|source| io(path, source))
}
