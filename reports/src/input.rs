//! Files that people name, opened in one way: only ordinary files, links followed, and no more of them than their kind
//! has. A pipe would be waited for and a device read without end, so neither is opened.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// Most bytes of a configuration, or of the description of a machine.
pub const SETTINGS: u64 = 1 << 20;
/// Most bytes of a document that people read.
pub const DOCUMENT: u64 = 32 << 20;
/// Most bytes of a run's plan, which has kilobytes for each cell.
pub const PLAN: u64 = 1 << 30;
/// Most bytes of a run's rows, of which a million have two gigabytes.
pub const ROWS: u64 = 4 << 30;
/// Most bytes of a run's samples.
pub const SAMPLES: u64 = 16 << 30;

/// Opens a file of at most `most` bytes, and gives their number.
///
/// # Errors
/// What is no ordinary file, by what it is; one that is longer; what the file system refuses.
pub fn open(path: &Path, most: u64) -> io::Result<(File, u64)> {
    let metadata = metadata(path)?;
    ensure_ordinary(&metadata)?;
    if metadata.len() > most {
        let (found, most) = (format_size(metadata.len()), format_size(most));
        return Err(refused(format!("it has {found}, and a file of its kind has at most {most}")));
    }
    Ok((File::open(path)?, metadata.len()))
}

/// All of a file of at most `most` bytes, as it is when it is opened: what is added meanwhile is not read.
///
/// # Errors
/// As [`open`].
pub fn bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let (file, length) = open(path, most)?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The same as text.
///
/// # Errors
/// As [`open`], and bytes that are not UTF-8.
pub fn text(path: &Path, most: u64) -> io::Result<String> {
    String::from_utf8(bytes(path, most)?).map_err(|_| refused("it is not text in UTF-8"))
}

/// Refuses what is there and is no ordinary file; what is not there is none.
///
/// # Errors
/// If it is something else, by what it is.
pub fn ensure_ordinary_if_there(path: &Path) -> io::Result<()> {
    fs::metadata(path).map_or(Ok(()), |metadata| ensure_ordinary(&metadata))
}

fn metadata(path: &Path) -> io::Result<Metadata> {
    let found = fs::metadata(path);
    if found.is_err() && path == Path::new("-") {
        return Err(refused("standard input is not read here; give the name of a file"));
    }
    found
}

fn ensure_ordinary(metadata: &Metadata) -> io::Result<()> {
    let what = what(metadata);
    if metadata.is_file() { Ok(()) } else { Err(refused(format!("it is {what}, and an ordinary file is needed"))) }
}

/// What is no ordinary file, in words.
#[cfg(unix)]
fn what(metadata: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;

    let kind = metadata.file_type();
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn what(metadata: &Metadata) -> &'static str {
    if metadata.is_dir() { "a folder" } else { "a device" }
}

fn refused(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why.into())
}

fn format_size(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} bytes"),
        mebibytes => format!("{mebibytes} MiB"),
    }
}
