//! Which files are a folder's images, and of which class.

mod annotated;
mod halves;
mod listing;
mod missing;
mod walk;

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use skipbench_reports::analyses::quantity::format_number_of;

use self::annotated::annotated;
use self::halves::{TEST, TRAIN, halves};
use self::listing::{Annotations, Listing};
use self::missing::missing;
use self::walk::{below, entries, is_metadata};
use super::super::{DataError, Half};

pub(super) use self::listing::Listed;

/// Most classes.
const MOST: usize = 1 << 16;

/// Files of both halves, class by class; those of a half that is not asked for are not listed.
pub(super) struct Tree {
    pub(super) classes: Vec<OsString>,
    pub(super) train: Vec<Vec<Listed>>,
    pub(super) test: Vec<Vec<Listed>>,
    pub(super) notes: Vec<String>,
}

/// # Errors
/// A half that is missing, fewer than two classes, halves of other classes.
pub(super) fn of(dir: &Path, wanted: Half) -> Result<Tree, DataError> {
    let (trains, tests) = (halves(dir, &TRAIN), halves(dir, &TEST));
    if wanted.trains() && trains.is_empty() {
        return Err(missing(dir, "train"));
    }
    if wanted.tests() && tests.is_empty() {
        return Err(missing(dir, "test"));
    }
    let train = trains.first().map(|dir| classes(dir, wanted.trains())).transpose()?.unwrap_or_default();
    let test = if wanted.tests() { best(&tests, &train)? } else { Listing::default() };
    compare(dir, &train, &test, wanted)?;
    let names = if train.classes.is_empty() { &test.classes } else { &train.classes };
    let classes: Vec<OsString> = names.keys().cloned().collect();
    let listed = |half: &Listing, is_wanted: bool| {
        let files = classes.iter().map(|class| half.classes.get(class).cloned().unwrap_or_default());
        if is_wanted { files.collect() } else { Vec::new() }
    };
    let (train_files, test_files) = (listed(&train, wanted.trains()), listed(&test, wanted.tests()));
    let notes = [(wanted.trains(), train.notes), (wanted.tests(), test.notes)];
    let notes = notes.into_iter().filter(|(wanted, _)| *wanted).flat_map(|(_, notes)| notes).collect();
    Ok(Tree { classes, train: train_files, test: test_files, notes })
}

/// The half for the test: the first that has the training half's classes, or else the first.
fn best(tests: &[PathBuf], train: &Listing) -> Result<Listing, DataError> {
    let mut first: Option<Listing> = None;
    for dir in tests {
        let listing = match annotated(dir)? {
            Some(listing) => listing,
            None => classes(dir, true)?,
        };
        let alike = if train.classes.is_empty() {
            listing.classes.len() > 1
        } else if listing.annotations.is_some() {
            listing.classes.keys().all(|class| train.classes.contains_key(class))
        } else {
            listing.classes.keys().eq(train.classes.keys())
        };
        if alike {
            return Ok(listing);
        }
        // A list says more of what was meant than folders do.
        if first.is_none() || listing.annotations.is_some() {
            first = Some(listing);
        }
    }
    Ok(first.unwrap_or_default())
}

fn compare(dir: &Path, train: &Listing, test: &Listing, wanted: Half) -> Result<(), DataError> {
    let both = [train, test].map(|half| half.classes.keys().collect::<HashSet<&OsString>>());
    // A training half that is not used need not be whole.
    if wanted.tests() && (wanted.trains() || !train.classes.is_empty()) {
        let odd = train.classes.keys().filter(|_| test.annotations.is_none()).chain(test.classes.keys());
        let odd = odd.into_iter().find(|class| !both.iter().all(|half| half.contains(class)));
        if let (Some(odd), Some(annotations)) = (odd, &test.annotations) {
            return Err(unknown(odd, annotations, train));
        }
        if let Some(odd) = odd {
            let half = if both[0].contains(odd) { &test.dir } else { &train.dir };
            return Err(DataError::Missing {
                path: half.join(odd),
                fix: "train and test need the same classes".to_owned(),
            });
        }
    }
    let half = if train.classes.is_empty() { test } else { train };
    match half.classes.len() {
        0 | 1 => {
            let found = format_number_of(half.classes.len(), "folder");
            let path = if half.dir.as_os_str().is_empty() { dir } else { &half.dir };
            Err(DataError::corrupt(path, found, "a folder for each of 2 or more classes"))
        }
        count if count > MOST => {
            Err(DataError::corrupt(&half.dir, format!("{count} folders"), format!("at most {MOST} classes")))
        }
        _ => Ok(()),
    }
}

/// A class of a list that is none of the training half's.
fn unknown(class: &OsString, annotations: &Annotations, train: &Listing) -> DataError {
    let line = annotations.lines.get(class).map_or(String::new(), |line| format!("line {line}: "));
    let found = format!("{line}the class {}", class.display());
    DataError::corrupt(&annotations.list, found, format!("one of the classes in {}", train.dir.display()))
}

/// Every class of a half, with what is below it where that is asked for.
fn classes(dir: &Path, files: bool) -> Result<Listing, DataError> {
    let (mut classes, mut loose, mut packed) = (BTreeMap::new(), 0usize, 0usize);
    for path in entries(dir)? {
        let name = path.file_name().unwrap_or_default().to_owned();
        if !path.is_dir() {
            loose += 1;
        } else if is_metadata(&name) {
            packed += 1;
        } else {
            classes.insert(name, if files { below(&path)? } else { Vec::new() });
        }
    }
    let mut notes = Vec::new();
    if packed > 0 {
        notes.push(format!("{}: skipped 1 folder __MACOSX, which an archive of macOS leaves", dir.display()));
    }
    if loose > 0 {
        notes.push(format!(
            "{}: skipped {} beside the folders of classes",
            dir.display(),
            format_number_of(loose, "file")
        ));
    }
    Ok(Listing { dir: dir.into(), classes, annotations: None, notes })
}
