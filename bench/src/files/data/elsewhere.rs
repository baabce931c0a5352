//! Finds images that are not at the given place, for the hint at the end of an error.

use std::fs;
use std::path::{Path, PathBuf};

use super::beyond_home;
use crate::files::packed::packed_file;

/// Largest number of folders that are searched.
const FOLDERS: usize = 200;

/// Returns a folder at most two levels below `dir` for which `holds` is true.
pub(super) fn below(dir: &Path, holds: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let mut level = vec![dir.to_path_buf()];
    for _ in 0..2 {
        let next: Vec<PathBuf> = level.iter().flat_map(|dir| folders(dir)).take(FOLDERS).collect();
        if let Some(found) = next.iter().find(|dir| holds(dir)) {
            return Some(found.clone());
        }
        level = next;
    }
    None
}

/// File name endings of archives.
const ENDINGS: [&str; 9] = [".zip", ".tar.gz", ".tgz", ".tar", ".tar.xz", ".tar.bz2", ".tar.zst", ".7z", ".rar"];

fn folders(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten().take(FOLDERS);
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Describes a path that does not exist, or that is a file.
pub(super) fn of_path(dir: &Path) -> Option<String> {
    if let Some(meant) = beyond_home(dir).filter(|_| !dir.exists()) {
        let meant = meant.display();
        return Some(format!("`~` stands for your home directory only at the start of a shell's word: write {meant}"));
    }
    if dir.is_file() {
        return Some(match packed_file(dir) {
            Some(what) => format!("{} is {what}; unpack it, and name the folder that holds its files", dir.display()),
            None => format!("{} is a file; name the folder that holds it", dir.display()),
        });
    }
    archive_in(dir).map(|name| format!("{name} is there, but packed; unpack it first"))
}

/// Returns an archive in `dir`, by its name. First bytes do not say which of many files is meant.
fn archive_in(dir: &Path) -> Option<String> {
    let entries = fs::read_dir(dir).ok()?.flatten().take(FOLDERS);
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let archive = |name: &String| ENDINGS.iter().any(|ending| name.ends_with(ending));
    names.into_iter().find(archive)
}
