//! Reads and writes files completely or not at all.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Take, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::{StoreError, io};
use crate::input;

/// Lines of a file, read as they are needed.
pub(super) type Lines = BufReader<Take<File>>;

/// Opens a file, which must end where a line ends.
pub(super) fn whole(path: &Path, most: u64) -> Result<Lines, StoreError> {
    let (lines, cut) = lines(path, most).map_err(|source| io(path, source))?;
    if cut { Err(StoreError::Torn { path: path.into() }) } else { Ok(lines) }
}

/// Opens a file without what follows its last line break. No field holds one, because writers put errors on one line.
pub(super) fn begun(path: &Path, most: u64) -> Result<Lines, StoreError> {
    lines(path, most).map(|(lines, _)| lines).map_err(|source| io(path, source))
}

/// Returns the whole lines of a file, and whether something follows them.
fn lines(path: &Path, most: u64) -> std::io::Result<(Lines, bool)> {
    let (mut file, length) = input::open(path, most)?;
    let end = last_line_end(&mut file, length)?;
    file.rewind()?;
    Ok((BufReader::new(file.take(end)), end < length))
}

/// Returns where the last line that has an end ends.
fn last_line_end(file: &mut File, length: u64) -> std::io::Result<u64> {
    let (mut end, mut buffer) = (length, [0; 4096]);
    while end > 0 {
        let start = end.saturating_sub(buffer.len() as u64);
        let part = &mut buffer[..(end - start) as usize];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(part)?;
        if let Some(last) = part.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + last as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Replaces the file by `text`, completely or not at all: it is written beside it, then renamed.
///
/// # Errors
/// Returns an error if the file system refuses.
pub fn replace(path: &Path, text: &str) -> Result<(), StoreError> {
    replace_by(path, |out| out.write_all(text.as_bytes()))
}

/// The same with what `write` writes, which need never be in memory as a whole.
///
/// # Errors
/// If the file system, or `write`, refuses.
pub fn replace_by(path: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), StoreError> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = temporary_in(dir).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        Ok(file.persist(path)?)
    });
    written.map(drop).map_err(|source| io(path, source))
}

/// Creates a temporary file with the permissions of an ordinary one. By default only the owner could read it.
fn temporary_in(dir: &Path) -> std::io::Result<NamedTempFile> {
    #[allow(unused_mut, reason = "only POSIX has rights to set")]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(dir)
}
