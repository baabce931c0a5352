//! Which files are a folder's images, and of which class.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::super::{DataError, Half, elsewhere, idx, regular};

/// What a half is called, the usual name first.
const TRAIN: [&str; 2] = ["train", "training"];
const TEST: [&str; 5] = ["test", "val", "valid", "validation", "testing"];

/// Tiny ImageNet's list of its validation images: a file's name, its class, and a box.
const ANNOTATIONS: &str = "val_annotations.txt";

/// Deepest folder below a class, and most classes.
const DEEPEST: usize = 32;
const MOST: usize = 1 << 16;

/// Files of both halves, class by class; those of a half that is not asked for are not listed.
pub(super) struct Tree {
    pub(super) classes: Vec<OsString>,
    pub(super) train: Vec<Vec<Listed>>,
    pub(super) test: Vec<Vec<Listed>>,
    pub(super) notes: Vec<String>,
}

/// What is below a class.
#[derive(Clone)]
pub(super) enum Listed {
    /// The class's own folder.
    Class(PathBuf),
    File(PathBuf),
    /// A link that leads nowhere.
    Dangling(PathBuf),
    /// A device, pipe or socket.
    Special(PathBuf),
}

/// A half before its classes are compared with the other's.
#[derive(Default)]
struct Listing {
    dir: PathBuf,
    classes: BTreeMap<OsString, Vec<Listed>>,
    notes: Vec<String>,
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
    let train = trains.first().map(|dir| classes(dir)).transpose()?.unwrap_or_default();
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

/// Folders of one of these names, in the order of the names.
fn halves(dir: &Path, names: &[&str]) -> Vec<PathBuf> {
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

/// The half for the test: the first that has the training half's classes, or else the first.
fn best(tests: &[PathBuf], train: &Listing) -> Result<Listing, DataError> {
    let mut first = None;
    for dir in tests {
        let listing = match annotated(dir)? {
            Some(listing) => listing,
            None => classes(dir)?,
        };
        let alike = if train.classes.is_empty() {
            listing.classes.len() > 1
        } else {
            listing.classes.keys().eq(train.classes.keys())
        };
        if alike {
            return Ok(listing);
        }
        first.get_or_insert(listing);
    }
    Ok(first.unwrap_or_default())
}

fn compare(dir: &Path, train: &Listing, test: &Listing, wanted: Half) -> Result<(), DataError> {
    let both = [train, test].map(|half| half.classes.keys().collect::<HashSet<&OsString>>());
    if wanted.tests() && !train.dir.as_os_str().is_empty() {
        let odd = train.classes.keys().chain(test.classes.keys());
        let odd = odd.into_iter().find(|class| !both.iter().all(|half| half.contains(class)));
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
            let found = format!("{} folder(s)", half.classes.len());
            let path = if half.dir.as_os_str().is_empty() { dir } else { &half.dir };
            Err(DataError::corrupt(path, found, "a folder for each of 2 or more classes"))
        }
        count if count > MOST => {
            Err(DataError::corrupt(&half.dir, format!("{count} folders"), format!("at most {MOST} classes")))
        }
        _ => Ok(()),
    }
}

/// A half is not there: what may be meant.
fn missing(dir: &Path, half: &str) -> DataError {
    let holds = |dir: &Path| !halves(dir, &TRAIN).is_empty() || !halves(dir, &TEST).is_empty();
    let usual = "a folder of images holds train/<class>/* and test/<class>/* (or val/)";
    let fix = match elsewhere::below(dir, holds).filter(|_| !holds(dir)) {
        Some(found) => format!("{0} holds it: say folder:{0}", found.display()),
        None if idx::holds(dir) => {
            "it holds the files of MNIST: say mnist or fashion-mnist, and --data with this folder".to_owned()
        }
        None if dir.join("data_batch_1.bin").exists() => {
            "it holds CIFAR-10's binary files: say cifar10, and --data with this folder".to_owned()
        }
        None if dir.join("data_batch_1").exists() => {
            "it holds CIFAR-10's Python version; cifar10 reads the binary version: skipbench data fetch cifar10"
                .to_owned()
        }
        None => match elsewhere::of_path(dir) {
            Some(hint) => format!("{usual}; {hint}"),
            None => usual.to_owned(),
        },
    };
    DataError::Missing { path: dir.join(half), fix }
}

/// Every class of a half, with what is below it.
fn classes(dir: &Path) -> Result<Listing, DataError> {
    let (mut classes, mut beside, mut packed) = (BTreeMap::new(), 0usize, 0usize);
    for path in entries(dir)? {
        let name = path.file_name().unwrap_or_default().to_owned();
        match path.is_dir() {
            true if is_metadata(&name) => packed += 1,
            true => drop(classes.insert(name, below(&path)?)),
            false => beside += 1,
        }
    }
    let mut notes = Vec::new();
    if packed > 0 {
        notes.push(format!("{}: skipped 1 folder __MACOSX, which an archive of macOS leaves", dir.display()));
    }
    if beside > 0 {
        notes.push(format!("{}: skipped {beside} file(s) beside the folders of classes", dir.display()));
    }
    Ok(Listing { dir: dir.into(), classes, notes })
}

/// Tiny ImageNet's validation images: all in one folder, their classes in a list.
fn annotated(dir: &Path) -> Result<Option<Listing>, DataError> {
    let list = dir.join(ANNOTATIONS);
    if !list.is_file() {
        return Ok(None);
    }
    let mut file = regular::open(&list)?;
    let text = file.read(1 << 28).map_err(|source| DataError::io(&list, source))?;
    let text = String::from_utf8_lossy(&text);
    let mut class_of: HashMap<&OsStr, &OsStr> = HashMap::new();
    for line in text.lines() {
        let mut words = line.split('\t');
        if let (Some(name), Some(class)) = (words.next(), words.next()) {
            class_of.insert(OsStr::new(name), OsStr::new(class.trim()));
        }
    }
    let (mut classes, mut unlisted): (BTreeMap<OsString, Vec<Listed>>, usize) = (BTreeMap::new(), 0);
    let images = dir.join("images");
    for listed in below(if images.is_dir() { &images } else { dir })? {
        let (Listed::File(path) | Listed::Dangling(path) | Listed::Special(path)) = &listed else { continue };
        let name = path.file_name().unwrap_or_default();
        match class_of.get(name) {
            Some(class) => classes.entry(OsString::from(class)).or_default().push(listed),
            None if name == ANNOTATIONS => {}
            None => unlisted += 1,
        }
    }
    let mut notes = vec![format!("{}: classes are taken from {ANNOTATIONS}", dir.display())];
    if unlisted > 0 {
        notes.push(format!("{}: skipped {unlisted} file(s) that {ANNOTATIONS} does not name", dir.display()));
    }
    Ok(Some(Listing { dir: dir.into(), classes, notes }))
}

/// Every file below a class's folder, links followed, in the order of their paths.
fn below(class: &Path) -> Result<Vec<Listed>, DataError> {
    let (mut files, mut open, mut seen) = (Vec::new(), vec![(class.to_path_buf(), 0)], HashSet::new());
    while let Some((dir, depth)) = open.pop() {
        // A folder that a link leads to again is read once.
        let known = dir.canonicalize().is_ok_and(|real| !seen.insert(real));
        if known || depth > DEEPEST {
            continue;
        }
        for path in entries(&dir)? {
            match fs::metadata(&path) {
                Ok(meta) if meta.is_dir() && is_metadata(path.file_name().unwrap_or_default()) => {}
                Ok(meta) if meta.is_dir() => open.push((path, depth + 1)),
                Ok(meta) if meta.is_file() => files.push((path.clone(), Listed::File(path))),
                Ok(_) => files.push((path.clone(), Listed::Special(path))),
                Err(_) if path.is_symlink() => files.push((path.clone(), Listed::Dangling(path))),
                Err(source) => return Err(DataError::io(&path, source)),
            }
        }
    }
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    let own = Listed::Class(class.to_path_buf());
    Ok(std::iter::once(own).chain(files.into_iter().map(|(_, listed)| listed)).collect())
}

/// What archives made on macOS leave.
fn is_metadata(name: &OsStr) -> bool {
    name == "__MACOSX"
}

/// What `dir` holds, sorted, without hidden files.
fn entries(dir: &Path) -> Result<Vec<PathBuf>, DataError> {
    let read = fs::read_dir(dir).map_err(|source| DataError::io(dir, source))?;
    let paths: Result<Vec<PathBuf>, _> = read.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|source| DataError::io(dir, source))?;
    let hidden = |name: &OsStr| name.as_encoded_bytes().starts_with(b".");
    paths.retain(|path| !path.file_name().is_some_and(hidden));
    paths.sort();
    Ok(paths)
}
