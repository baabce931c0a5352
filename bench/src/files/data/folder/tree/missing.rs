//! What may be meant where a half is not there.

use std::path::Path;

use super::super::super::{DataError, elsewhere, idx};
use super::halves::{TEST, TRAIN, halves};
use super::walk::entries;

/// A half is not there: what may be meant.
pub(super) fn missing(dir: &Path, half: &str) -> DataError {
    let holds = |dir: &Path| !halves(dir, &TRAIN).is_empty() || !halves(dir, &TEST).is_empty();
    let usual = "a folder of images holds train/<class>/* and test/<class>/* (or val/)";
    let fix = match elsewhere::below(dir, holds).filter(|_| !holds(dir)) {
        Some(found) => format!("{0} holds it: say folder:{0}", found.display()),
        None if idx::holds(dir) => {
            let set = idx::of(dir).unwrap_or("mnist or fashion-mnist");
            format!("it holds IDX files, as MNIST's are: say {set}, and --data with this folder")
        }
        None if dir.join("data_batch_1.bin").exists() => {
            "it holds CIFAR-10's binary files: say cifar10, and --data with this folder".to_owned()
        }
        None if dir.join("data_batch_1").exists() => {
            "it holds CIFAR-10's Python version; cifar10 reads the binary version: skipbench data fetch cifar10"
                .to_owned()
        }
        None => match parent(dir).or_else(|| elsewhere::of_path(dir)).or_else(|| loose(dir)) {
            Some(hint) => format!("{usual}; {hint}"),
            None => usual.to_owned(),
        },
    };
    DataError::Missing { path: dir.join(half), fix }
}

/// What is said of a half itself, or of a class within one.
fn parent(dir: &Path) -> Option<String> {
    if !dir.is_dir() {
        return None;
    }
    let half = whole_of(dir).map(|whole| ("one half", whole));
    let (what, whole) = half.or_else(|| Some(("one class", whole_of(dir.parent()?)?)))?;
    Some(format!("this is {what} alone: name the folder that holds the halves, folder:{}", whole.display()))
}

/// The folder that holds a half.
fn whole_of(half: &Path) -> Option<&Path> {
    let name = half.file_name()?.to_string_lossy().to_lowercase();
    if TRAIN.iter().chain(&TEST).any(|known| **known == name) { half.parent() } else { None }
}

/// What is said of a folder that holds classes, it seems, and no halves.
fn loose(dir: &Path) -> Option<String> {
    let folders = entries(dir).ok()?.into_iter().filter(|path| path.is_dir()).count();
    (folders > 1).then(|| {
        format!(
            "if its {folders} folders are classes, move them into train/, and some images of each into test/<class>/"
        )
    })
}
