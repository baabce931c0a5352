//! Finds the folders of a data set's halves.

use std::fs;
use std::path::{Path, PathBuf};

/// Names of a half, the usual one first.
pub(super) const TRAIN: [&str; 2] = ["train", "training"];
pub(super) const TEST: [&str; 5] = ["test", "val", "valid", "validation", "testing"];

/// Returns folders with one of these names, in the order of the names.
pub(super) fn halves(dir: &Path, names: &[&str]) -> Vec<PathBuf> {
    let mut found: Vec<(usize, PathBuf)> = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if let Some(rank) = names.iter().position(|known| **known == name).filter(|_| entry.path().is_dir()) {
            found.push((rank, entry.path()));
        }
    }
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}
