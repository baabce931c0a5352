//! CIFAR-10 and CIFAR-100 in the canonical binary layout (Krizhevsky 2009, <https://www.cs.toronto.edu/~kriz/cifar.html>):
//! records of one or two label bytes and 3,072 pixel bytes, planes red, green, blue, row by row.

use std::fs;
use std::path::{Path, PathBuf};

use skipbench_models::Images;

use super::{DATA_DIR, DataError, DataSet, Split};

const PIXELS: usize = 3 * 32 * 32;

/// One of the two layouts.
pub(super) struct Layout {
    name: &'static str,
    folder: &'static str,
    train: &'static [&'static str],
    test: &'static str,
    /// Label bytes before the pixels; the last of them is the label.
    labels: usize,
    classes: usize,
}

impl Layout {
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
};

pub(super) const CIFAR100: Layout = Layout {
    name: "cifar100",
    folder: "cifar-100-binary",
    train: &["train.bin"],
    test: "test.bin",
    labels: 2,
    classes: 100,
};

/// Reads every record. Files may hold fewer records than the published ones, but only whole ones.
pub(super) fn load(layout: &Layout, dir: &Path) -> Result<DataSet, DataError> {
    let dir = find(layout, dir)?;
    let mut train = Split::default();
    for file in layout.train {
        read(layout, &dir.join(file), &mut train)?;
    }
    let mut test = Split::default();
    read(layout, &dir.join(layout.test), &mut test)?;
    Ok(DataSet { images: Images { size: 32, channels: 3, classes: layout.classes }, train, test })
}

/// `dir` itself or its folder of the published name, whichever holds more of the batches.
fn find(layout: &Layout, dir: &Path) -> Result<PathBuf, DataError> {
    let folder = dir.join(layout.folder);
    let held = |dir: &Path| layout.files().filter(|file| dir.join(file).exists()).count();
    let dir = if held(dir) >= held(&folder) { dir } else { &folder };
    if held(dir) > 0 {
        return Ok(dir.to_path_buf());
    }
    let fix = format!("run `skipbench data fetch {}`, or say where it is with --data DIR or {DATA_DIR}", layout.name);
    Err(DataError::Missing { path: folder.join(layout.train[0]), fix })
}

/// A batch is missing where others are.
fn incomplete(layout: &Layout, path: &Path) -> DataError {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Only the folder that `data fetch` makes is one that holds nothing else.
    let first = match folder.ends_with(layout.folder) {
        true => format!("remove {} and", folder.display()),
        false => "put it beside them or".to_owned(),
    };
    let fix = format!("other batches are there; {first} run `skipbench data fetch {}`", layout.name);
    DataError::Missing { path: path.into(), fix }
}

fn read(layout: &Layout, path: &Path, split: &mut Split) -> Result<(), DataError> {
    if !path.exists() {
        return Err(incomplete(layout, path));
    }
    let bytes = fs::read(path).map_err(|source| DataError::io(path, source))?;
    let record = layout.labels + PIXELS;
    if bytes.is_empty() || bytes.len() % record != 0 {
        let expected =
            format!("a whole number of records of {record} bytes; the file was cut short or is not {}", layout.name);
        return Err(DataError::Corrupt { path: path.into(), found: format!("{} bytes", bytes.len()), expected });
    }
    for (index, bytes) in bytes.chunks_exact(record).enumerate() {
        let label = bytes[layout.labels - 1];
        if usize::from(label) >= layout.classes {
            let expected = format!("a label below {}", layout.classes);
            return Err(DataError::Corrupt {
                path: path.into(),
                found: format!("label {label} in record {index}"),
                expected,
            });
        }
        split.labels.push(label.into());
        split.pixels.extend_from_slice(&bytes[layout.labels..]);
    }
    Ok(())
}
