//! Files that are read and written whole or not at all.

use std::fs::{self, File};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::{StoreError, io};

/// The file, which must end where a line ends, opened at its beginning.
pub(super) fn open_whole(path: &Path) -> Result<BufReader<File>, StoreError> {
    let refused = |source| io(path, source);
    let mut file = File::open(path).map_err(refused)?;
    if fs::metadata(path).map_err(refused)?.len() > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last)).map_err(refused)?;
        if last != [b'\n'] {
            return Err(StoreError::Torn { path: path.into() });
        }
        file.rewind().map_err(refused)?;
    }
    Ok(BufReader::new(file))
}

/// Puts `text` in place of the file, whole or not at all: written beside it, then renamed.
///
/// # Errors
/// If the file system refuses.
pub fn replace(path: &Path, text: &str) -> Result<(), StoreError> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = temporary_in(dir).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file.persist(path)?)
    });
    written.map(drop).map_err(|source| io(path, source))
}

/// A temporary file with the rights of an ordinary one; by itself it would be the owner's alone.
fn temporary_in(dir: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(dir)
}
