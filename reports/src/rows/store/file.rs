//! Files that are read and written whole or not at all.

use std::fs;
use std::io::Write;
use std::path::Path;

use tempfile::NamedTempFile;

use super::{StoreError, io};

/// The file's text, which must end where a line ends.
pub(super) fn whole(path: &Path) -> Result<String, StoreError> {
    let text = fs::read_to_string(path).map_err(|source| io(path, source))?;
    if text.is_empty() || text.ends_with('\n') { Ok(text) } else { Err(StoreError::Torn { path: path.into() }) }
}

/// The file's text without what stands after its last line break. No field holds one: writers put errors on one line.
pub(super) fn begun(path: &Path) -> Result<String, StoreError> {
    let mut bytes = fs::read(path).map_err(|source| io(path, source))?;
    bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1));
    String::from_utf8(bytes).map_err(|error| io(path, std::io::Error::new(std::io::ErrorKind::InvalidData, error)))
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
