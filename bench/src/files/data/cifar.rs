//! CIFAR-10 and CIFAR-100 in the canonical binary layout (Krizhevsky 2009,
//! <https://www.cs.toronto.edu/~kriz/cifar.html>): records of one or two label bytes and 3,072 pixel bytes, planes red,
//! green, blue, row by row.

use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};
use skipbench_models::Images;

use super::{DATA_DIR, DataError, DataSet, Half, Split, elsewhere, regular};
use crate::files::mistaken::{mistaken, of_another_kind};
use crate::files::packed::{self, packed_file};

const PIXELS: usize = 3 * 32 * 32;

/// Largest batch that is read: ten times the published images in one file.
const LARGEST: u64 = 2_000_000_000;

/// One of the two layouts.
pub(super) struct Layout {
    name: &'static str,
    folder: &'static str,
    train: &'static [&'static str],
    test: &'static str,
    /// Label bytes before the pixels; the last of them is the label.
    labels: usize,
    classes: usize,
    /// SHA-1 of the published files, as MXNet's loaders compare them (`gluon/data/vision/datasets.py`).
    sha1: &'static [&'static str],
}

impl Layout {
    /// Bytes of an image and its labels.
    fn record(&self) -> usize {
        self.labels + PIXELS
    }

    /// Images that a file was published with.
    fn published(&self, file: &str) -> usize {
        if file == self.test { 10_000 } else { 50_000 / self.train.len() }
    }

    fn files(&self) -> impl Iterator<Item = &'static str> {
        self.train.iter().copied().chain([self.test])
    }
}

pub(super) const CIFAR10: Layout = Layout {
    name: "cifar10",
    folder: "cifar-10-batches-bin",
    train: &["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"],
    test: "test_batch.bin",
    labels: 1,
    classes: 10,
    sha1: &[
        "aadd24acce27caa71bf4b10992e9e7b2d74c2540",
        "c0ba65cce70568cd57b4e03e9ac8d2a5367c1795",
        "1dd00a74ab1d17a6e7d73e185b69dbf31242f295",
        "aab85764eb3584312d3c7f65fd2fd016e36a258e",
        "26e2849e66a845b7f1e4614ae70f4889ae604628",
        "67eb016db431130d61cd03c7ad570b013799c88c",
    ],
};

pub(super) const CIFAR100: Layout = Layout {
    name: "cifar100",
    folder: "cifar-100-binary",
    train: &["train.bin"],
    test: "test.bin",
    labels: 2,
    classes: 100,
    sha1: &["e207cd2e05b73b1393c74c7f5e7bea451d63e08e", "8fb6623e830365ff53cf14adec797474f5478006"],
};

/// Reads every record of the halves that are asked for. Files may hold fewer records than the published ones, but only
/// whole ones.
pub(super) fn load(layout: &Layout, dir: &Path, wanted: Half) -> Result<DataSet, DataError> {
    let dir = find(layout, dir)?;
    let (mut train, mut test, mut errors) = (Split::default(), Split::default(), Vec::new());
    for file in layout.train.iter().filter(|_| wanted.trains()) {
        errors.extend(read(layout, &dir.join(file), &mut train).err());
    }
    if wanted.tests() {
        errors.extend(read(layout, &dir.join(layout.test), &mut test).err());
    }
    let images = Images { size: 32, channels: 3, classes: layout.classes };
    DataError::all(&dir, errors).map_or(Ok(DataSet { images, train, test }), Err)
}

/// `dir` itself or its folder of the published name, whichever holds more of the batches.
fn find(layout: &Layout, dir: &Path) -> Result<PathBuf, DataError> {
    let folder = dir.join(layout.folder);
    let held = |dir: &Path| layout.files().filter(|file| dir.join(file).exists()).count();
    let found = if held(dir) >= held(&folder) { dir } else { &folder };
    if held(found) > 0 {
        return Ok(found.to_path_buf());
    }
    let path = if dir.ends_with(layout.folder) { dir.join(layout.train[0]) } else { folder.join(layout.train[0]) };
    Err(DataError::Missing { path, fix: elsewhere(layout, dir) })
}

/// What may be meant where no batch is.
fn elsewhere(layout: &Layout, dir: &Path) -> String {
    let Layout { name, .. } = layout;
    let fetch = format!("run `skipbench data fetch {name}`");
    let held = |dir: &Path| layout.files().any(|file| dir.join(file).exists());
    // The Python version's files have the same names without an ending.
    let stem = |file: &str| file.trim_end_matches(".bin").to_owned();
    let python = |dir: &Path| layout.files().all(|file| dir.join(stem(file)).is_file());
    let matlab = |dir: &Path| layout.files().all(|file| dir.join(format!("{}.mat", stem(file))).is_file());
    let here_or_below =
        |holds: &dyn Fn(&Path) -> bool| if holds(dir) { Some(dir.to_path_buf()) } else { elsewhere::below(dir, holds) };
    if let Some(found) = elsewhere::below(dir, held) {
        return format!("they are in {0}: give --data {0} (or --dir)", found.display());
    }
    for (version, holds) in [("Python", &python as &dyn Fn(&Path) -> bool), ("Matlab", &matlab)] {
        if let Some(found) = here_or_below(holds) {
            return format!("{} holds the {version} version, and the binary version is read: {fetch}", found.display());
        }
    }
    if dir.join("train").is_dir() {
        return format!("it holds a folder of images: say folder:{} in place of {name}", dir.display());
    }
    let usual =
        format!("{fetch}, or say where it is with --data DIR (--dir DIR where --data names the set) or {DATA_DIR}");
    elsewhere::of_path(dir).map_or(usual.clone(), |hint| format!("{hint}; or {usual}"))
}

/// In what the files differ from the published ones.
pub(super) fn differences(layout: &Layout, dir: &Path) -> Result<Vec<String>, DataError> {
    let dir = find(layout, dir)?;
    let mut differences = Vec::new();
    for (file, sha1) in layout.files().zip(layout.sha1) {
        let path = dir.join(file);
        let bytes = contents(layout, &path)?;
        let (found, published) = (bytes.len() / layout.record(), layout.published(file));
        if found != published {
            differences.push(format!("{}: {found} images, published with {published}", path.display()));
        } else if crate::system::text::hex(&Sha1::digest(&bytes)) != *sha1 {
            differences.push(format!("{}: other bytes than those published", path.display()));
        }
    }
    Ok(differences)
}

/// A batch is missing where others are.
fn incomplete(layout: &Layout, path: &Path) -> DataError {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Only the folder that `data fetch` makes is one that holds nothing else.
    let first = if folder.ends_with(layout.folder) {
        format!("remove {} and", folder.display())
    } else {
        "put it beside them or".to_owned()
    };
    let fix = format!("other batches are there; {first} run `skipbench data fetch {}`", layout.name);
    DataError::Missing { path: path.into(), fix }
}

/// The bytes of a batch. Its size is looked at before it is read.
fn contents(layout: &Layout, path: &Path) -> Result<Vec<u8>, DataError> {
    if !path.exists() {
        return Err(incomplete(layout, path));
    }
    let mut file = regular::open(path)?;
    let record = layout.record() as u64;
    if let Some(what) = packed_file(path).filter(|_| !file.bytes.is_multiple_of(record)) {
        return Err(DataError::corrupt(path, what, "a batch of images; unpack it and put the batches in its place"));
    }
    if file.bytes == 0 || !file.bytes.is_multiple_of(record) || file.bytes > LARGEST {
        let head = file.read(packed::HEAD).map_err(|source| DataError::io(path, source))?;
        // A black image of the first class begins with zeros, too.
        let zeros = head.iter().all(|byte| *byte == 0);
        if let Some(what) = mistaken(&head).filter(|_| !zeros).or_else(|| of_another_kind(&head)) {
            return Err(DataError::corrupt(path, what, format!("a batch of {}", layout.name)));
        }
        let expected = format!(
            "a whole number of records of {record} bytes; the file was cut short or is not {}: download it again",
            layout.name
        );
        return Err(DataError::corrupt(path, format!("{} bytes", file.bytes), expected));
    }
    file.read(file.bytes).map_err(|source| DataError::io(path, source))
}

fn read(layout: &Layout, path: &Path, split: &mut Split) -> Result<(), DataError> {
    let bytes = contents(layout, path)?;
    for (index, bytes) in bytes.chunks_exact(layout.record()).enumerate() {
        let label = bytes[layout.labels - 1];
        if usize::from(label) >= layout.classes {
            let expected = format!("a label below {}; the file is damaged or not {}", layout.classes, layout.name);
            return Err(DataError::corrupt(path, format!("label {label} in record {index}"), expected));
        }
        split.labels.push(label.into());
        split.pixels.extend_from_slice(&bytes[layout.labels..]);
    }
    Ok(())
}
