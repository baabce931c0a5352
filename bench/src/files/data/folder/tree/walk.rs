//! The files below a folder.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::super::DataError;
use super::listing::Listed;

/// Every file below a class's folder, however deep, links followed, in the order of their paths.
pub(super) fn below(class: &Path) -> Result<Vec<Listed>, DataError> {
    let (mut files, mut open, mut seen) = (Vec::new(), vec![class.to_path_buf()], HashSet::new());
    let own = class.canonicalize();
    while let Some(dir) = open.pop() {
        // A folder that a link leads to again is read once, so that no cycle of links is walked twice; one that the
        // class lies in holds the other classes, too.
        let around = |real: &PathBuf| own.as_ref().is_ok_and(|own| own != real && own.starts_with(real));
        if dir.canonicalize().is_ok_and(|real| around(&real) || !seen.insert(real)) {
            continue;
        }
        for path in entries(&dir)? {
            match fs::metadata(&path) {
                Ok(meta) if meta.is_dir() && is_metadata(path.file_name().unwrap_or_default()) => {}
                Ok(meta) if meta.is_dir() => open.push(path),
                Ok(meta) if meta.is_file() => files.push((path.clone(), Listed::File(path))),
                Ok(_) => files.push((path.clone(), Listed::Special(path))),
                Err(_) if path.is_symlink() => files.push((path.clone(), Listed::Dangling(path))),
                Err(source) => return Err(DataError::io(&path, source)),
            }
        }
    }
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    let class = Listed::Class(class.to_path_buf());
    Ok(std::iter::once(class).chain(files.into_iter().map(|(_, listed)| listed)).collect())
}

/// What archives made on macOS leave.
pub(super) fn is_metadata(name: &OsStr) -> bool {
    name == "__MACOSX"
}

/// What `dir` holds, sorted, without hidden files.
pub(super) fn entries(dir: &Path) -> Result<Vec<PathBuf>, DataError> {
    let read = fs::read_dir(dir).map_err(|source| DataError::io(dir, source))?;
    let paths: Result<Vec<PathBuf>, _> = read.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|source| DataError::io(dir, source))?;
    let hidden = |name: &OsStr| name.as_encoded_bytes().starts_with(b".");
    paths.retain(|path| !path.file_name().is_some_and(hidden));
    paths.sort();
    Ok(paths)
}
