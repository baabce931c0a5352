//! Opens only regular files. A pipe would block and a device may be endless, so neither is opened.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::DataError;

/// An open file and its length.
pub(super) struct Regular {
    pub(super) file: File,
    pub(super) bytes: u64,
}

/// Opens a file, following links.
///
/// # Errors
/// Returns an error that names what it is, if it is no regular file.
pub(super) fn open(path: &Path) -> Result<Regular, DataError> {
    let meta = fs::metadata(path).map_err(|source| DataError::io(path, source))?;
    if !meta.is_file() {
        let found = if meta.is_dir() { "a folder" } else { "a device, pipe or socket" };
        return Err(DataError::corrupt(path, found, "an ordinary file"));
    }
    let file = File::open(path).map_err(|source| DataError::io(path, source))?;
    Ok(Regular { file, bytes: meta.len() })
}

impl Regular {
    /// Reads up to `count` bytes from the present position, and never more than the file had, even if it grows.
    pub(super) fn read(&mut self, count: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Read::by_ref(&mut self.file).take(count.min(self.bytes)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
