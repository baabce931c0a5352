//! MNIST and Fashion-MNIST in the layout in which they are published: IDX, plain or packed by gzip.
//!
//! LeCun et al. 1998, <http://yann.lecun.com/exdb/mnist/>; Xiao et al. 2017, arXiv:1708.07747. [`file`] reads one file;
//! [`which`] tells the sets apart, whose files have the same names.

mod file;
mod which;

use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use skipbench_models::Images;

use super::{DATA_DIR, DataError, DataSet, Half, Split, elsewhere, regular};

pub(super) use self::which::of;

/// One of the two sets.
pub(super) struct Layout {
    name: &'static str,
    /// Folders in which people have it, below the directory that is named.
    folders: &'static [&'static str],
    /// MD5 of the packed files as published: images and labels to train on, images and labels for the test.
    md5: [&'static str; 4],
}

pub(super) const MNIST: Layout = Layout {
    name: "mnist",
    folders: &["mnist", "MNIST/raw", "MNIST"],
    md5: [
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    ],
};

pub(super) const FASHION: Layout = Layout {
    name: "fashion-mnist",
    folders: &[
        "fashion-mnist",
        "FashionMNIST/raw",
        "FashionMNIST",
        "fashion_mnist",
        "fashion-mnist/data/fashion",
        "fashion",
    ],
    md5: [
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ],
};

const CLASSES: usize = 10;

/// The four files: whether for the test, and whether labels.
const FILES: [(&str, bool); 4] = [("train", false), ("train", true), ("t10k", false), ("t10k", true)];

/// What a file is called: as published, and as some unpack it.
fn names((half, labels): (&str, bool)) -> [String; 4] {
    let (what, sides) = if labels { ("labels", 1) } else { ("images", 3) };
    let (published, other) = (format!("{half}-{what}-idx{sides}-ubyte"), format!("{half}-{what}.idx{sides}-ubyte"));
    [published.clone(), other.clone(), format!("{published}.gz"), format!("{other}.gz")]
}

fn place(dir: &Path, file: (&str, bool)) -> Option<PathBuf> {
    names(file).into_iter().map(|name| dir.join(name)).find(|path| path.exists())
}

/// Whether a folder holds such files.
pub(super) fn holds(dir: &Path) -> bool {
    FILES.iter().any(|file| place(dir, *file).is_some())
}

/// Reads the halves that are asked for.
///
/// # Errors
/// Every file that is missing or cannot be read, and files of another set.
pub(super) fn load(layout: &Layout, dir: &Path, wanted: Half) -> Result<DataSet, DataError> {
    let folder = find(layout, dir)?;
    let mut errors = Vec::new();
    let mut half = |half: &str, is_wanted: bool| {
        let read = if is_wanted { read(layout, &folder, half, &mut errors) } else { None };
        read.unwrap_or_default()
    };
    let ((train, first), (test, second)) = (half("train", wanted.trains()), half("t10k", wanted.tests()));
    if let (Some(first), Some(second)) = (first, second)
        && first != second
    {
        let (found, expected) =
            (format!("images of {second}×{second}"), format!("{first}×{first}, as those to train on"));
        errors.push(DataError::corrupt(&folder.join(&names(("t10k", false))[0]), found, expected));
    }
    let images = Images { size: first.or(second).unwrap_or(28), channels: 1, classes: CLASSES };
    DataError::all(&folder, errors).map_or(Ok(DataSet { images, train, test }), Err)
}

fn find(layout: &Layout, dir: &Path) -> Result<PathBuf, DataError> {
    let below = layout.folders.iter().map(|folder| dir.join(folder));
    if let Some(found) = below.chain([dir.to_path_buf()]).find(|folder| holds(folder)) {
        return Ok(found);
    }
    Err(DataError::Missing { path: dir.join(&names(FILES[0])[0]), fix: elsewhere(layout, dir) })
}

/// What may be meant where no such file is.
fn elsewhere(layout: &Layout, dir: &Path) -> String {
    let whose = |dir: &Path| which::of(dir).filter(|whose| *whose != layout.name);
    let place = format!("say where they are with --data DIR, --dir DIR or {DATA_DIR}");
    let files = format!("it takes the four files that {} is published as, packed or not", layout.name);
    if let Some(found) = elsewhere::below(dir, |dir| holds(dir) && whose(dir).is_none()) {
        return format!("such files are in {0}; give --dir {0} (or --data)", found.display());
    }
    let own = layout.folders.iter().map(|folder| dir.join(folder)).find(|folder| folder.is_dir());
    if let Some(own) = own {
        let hint = elsewhere::of_path(&own).map_or(String::new(), |hint| format!(" ({hint})"));
        return format!("{} is there, and holds none of its files{hint}; {files}; {place}", own.display());
    }
    if let Some(other) = elsewhere::below(dir, holds) {
        let (whose, other) = (whose(&other).unwrap_or("another set"), other.display());
        return format!("{other} holds the files of {whose}, not of {}; {files}; {place}", layout.name);
    }
    elsewhere::of_path(dir).unwrap_or_else(|| format!("{files}; {place}"))
}

/// A half, and the side of its images; nothing where there are errors.
fn read(layout: &Layout, dir: &Path, half: &str, errors: &mut Vec<DataError>) -> Option<(Split, Option<usize>)> {
    let path = |labels: bool| {
        let fix = format!("other files of {} are there; put it beside them", layout.name);
        let missing = || DataError::Missing { path: dir.join(&names((half, labels))[0]), fix };
        place(dir, (half, labels)).ok_or_else(missing)
    };
    let images = path(false).and_then(|path| file::contents::<3>(&path).map(|contents| (path, contents)));
    let labels = path(true).and_then(|path| file::contents::<1>(&path).map(|contents| (path, contents)));
    let (images, labels) = match (images, labels) {
        (Ok(images), Ok(labels)) => (images, labels),
        (images, labels) => {
            errors.extend(images.err().into_iter().chain(labels.err()));
            return None;
        }
    };
    errors.extend(disagreement(layout, half, &images, &labels));
    let ((_, ([_, side, _], pixels)), (_, (_, labels))) = (images, labels);
    Some((Split { pixels, labels: labels.into_iter().map(u16::from).collect() }, Some(side)))
}

/// A file and what it holds.
type Contents<const N: usize> = (PathBuf, ([usize; N], Vec<u8>));

/// In what images and labels are not a half of the set.
fn disagreement(
    layout: &Layout,
    half: &str,
    (images, ([count, rows, columns], _)): &Contents<3>,
    (labels, ([labeled], bytes)): &Contents<1>,
) -> Option<DataError> {
    if count != labeled {
        return Some(DataError::corrupt(labels, format!("{labeled} labels"), format!("{count}, one for each image")));
    }
    if rows != columns {
        return Some(DataError::corrupt(images, format!("images of {rows}×{columns}"), "square images of one size"));
    }
    if let Some(index) = bytes.iter().position(|label| usize::from(*label) >= CLASSES) {
        let found = format!("label {} of image {index}", bytes[index]);
        return Some(DataError::corrupt(labels, found, format!("a label below {CLASSES}")));
    }
    let other = which::by_labels(half, bytes).filter(|whose| *whose != layout.name)?;
    let expected = format!("those of {}; say {other} in its place, or give another folder", layout.name);
    Some(DataError::corrupt(labels, format!("the labels of {other}"), expected))
}

/// Returns in what the files differ from the published ones, or nothing if that is not known. Of unpacked files only the
/// counts are published.
pub(super) fn differences(layout: &Layout, dir: &Path, data: &DataSet) -> Result<Option<Vec<String>>, DataError> {
    let folder = find(layout, dir)?;
    let (mut differences, mut all_known) = (Vec::new(), true);
    for (half, found, published) in [("train", data.train.count(), 60_000), ("test", data.test.count(), 10_000)] {
        if found != published {
            differences.push(format!("{found} {half} images, published with {published}"));
        }
    }
    for (file, md5) in FILES.iter().zip(layout.md5) {
        let Some(path) = place(&folder, *file) else { continue };
        let mut regular = regular::open(&path)?;
        if !file::is_packed(&mut regular).map_err(|source| DataError::io(&path, source))? {
            all_known = false;
            continue;
        }
        let bytes = regular.read(1 << 30).map_err(|source| DataError::io(&path, source))?;
        if crate::system::text::hex(&Md5::digest(bytes)) != md5 {
            differences.push(format!("{}: other bytes than those published, or packed again", path.display()));
        }
    }
    Ok(Some(differences).filter(|found| all_known || !found.is_empty()))
}
