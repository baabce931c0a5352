//! A folder of images, read as torchvision's `ImageFolder` does: `train/<class>/…` and `test/<class>/…` (or `val/`),
//! every image below a class's folder; what does not claim to be an image is passed over and counted.

mod decode;
mod jpeg;
mod picture;
mod tree;
mod unread;
mod whole;

use std::path::Path;

use skipbench_models::Images;

use self::picture::Picture;
use self::tree::{Listed, Tree};
use super::{DataError, DataSet, Half, Split};

/// Reads every image of the halves that are asked for, classes and files in the order of their names.
///
/// # Errors
/// Every file that claims to be an image and cannot be read, a class without images, halves of other classes.
pub(super) fn load(dir: &Path, size: usize, wanted: Half) -> Result<(DataSet, Vec<String>), DataError> {
    let Tree { classes, train, test, mut notes } = tree::of(dir, wanted)?;
    let mut findings = Findings::default();
    let (train, test) = (findings.split(&train, &classes, size), findings.split(&test, &classes, size));
    let data = DataSet { images: Images { size, channels: 3, classes: classes.len() }, train, test };
    notes.extend(findings.notes(dir));
    DataError::all(dir, findings.bad).map_or(Ok((data, notes)), Err)
}

/// What is told of the files of a set.
#[derive(Default)]
struct Findings {
    bad: Vec<DataError>,
    /// Files that claim to be no image, links that lead nowhere, devices and pipes, images without their end marker.
    others: Count,
    dangling: Count,
    special: Count,
    endless: Count,
}

/// How many, and the first.
#[derive(Default)]
struct Count {
    count: usize,
    first: String,
}

impl Count {
    fn add(&mut self, path: &Path) {
        if self.count == 0 {
            self.first = path.display().to_string();
        }
        self.count += 1;
    }

    fn describe(&self, one: &str, many: &str) -> Option<String> {
        match self.count {
            0 => None,
            1 => Some(format!("1 {one}: {}", self.first)),
            count => Some(format!("{count} {many}, the first {}", self.first)),
        }
    }
}

impl Findings {
    fn split(&mut self, classes: &[Vec<Listed>], names: &[std::ffi::OsString], size: usize) -> Split {
        let mut split = Split::default();
        for (label, files) in classes.iter().enumerate() {
            let (before, bad) = (split.count(), self.bad.len());
            for file in files {
                self.file(file, label, size, &mut split);
            }
            if split.count() == before && self.bad.len() == bad && !files.is_empty() {
                self.empty(files, &names[label]);
            }
        }
        split
    }

    fn file(&mut self, file: &Listed, label: usize, size: usize, split: &mut Split) {
        let path = match file {
            Listed::File(path) => path,
            Listed::Dangling(path) => return self.dangling.add(path),
            Listed::Special(path) => return self.special.add(path),
            Listed::Class(_) => return,
        };
        match picture::read(path, size) {
            Ok(Picture::Pixels { pixels, endless }) => {
                split.pixels.extend(pixels);
                split.labels.push(label as u16);
                if endless {
                    self.endless.add(path);
                }
            }
            Ok(Picture::Other) => self.others.add(path),
            Ok(Picture::Link) => self.dangling.add(path),
            Err(error) => self.bad.push(error),
        }
    }

    fn empty(&mut self, files: &[Listed], name: &std::ffi::OsString) {
        let path = files.iter().find_map(|file| match file {
            Listed::Class(path) => Some(path.clone()),
            _ => None,
        });
        let found = if files.len() <= 1 { "an empty class" } else { "a class without images (an empty class)" };
        let expected = format!("at least one image: {}", picture::KINDS);
        self.bad.push(DataError::corrupt(&path.unwrap_or_else(|| name.into()), found, expected));
    }

    fn notes(&self, dir: &Path) -> Vec<String> {
        let skipped = [
            self.others.describe("file that is no image", "files that are no images"),
            self.dangling.describe("link that leads nowhere", "links that lead nowhere"),
            self.special.describe("device, pipe or socket", "devices, pipes or sockets"),
        ];
        let skipped: Vec<String> = skipped.into_iter().flatten().collect();
        let skipped = (!skipped.is_empty()).then(|| format!("{}: skipped {}", dir.display(), skipped.join("; ")));
        let endless = self.endless.describe(
            "JPEG lacks its end marker and nothing else, and was read",
            "JPEGs lack their end marker and nothing else, and were read",
        );
        skipped.into_iter().chain(endless).collect()
    }
}
