//! Images: where they come from ([`Source`]), and the decoded set ([`DataSet`]).

mod batches;
mod cifar;
mod digits;
pub mod fetch;
mod folder;
mod generated;
mod whole;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use skipbench_models::{Images, SpecError};

pub use batches::{Augment, Batch, Batches, Normalisation};

/// Environment variable that names the directory of downloaded data sets.
pub const DATA_DIR: &str = "SKIPBENCH_DATA";

/// Where downloaded data sets lie if nothing says otherwise.
pub(crate) const DEFAULT_DIR: &str = "data";

/// The directory that the environment names; a variable that is set but empty names none.
pub(crate) fn dir_from_environment() -> Option<PathBuf> {
    std::env::var_os(DATA_DIR).filter(|dir| !dir.is_empty()).map(PathBuf::from)
}

/// Where images come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "set", rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// The 1,797 UCI digits, embedded.
    Digits,
    /// CIFAR-10 in the canonical binary layout.
    Cifar10 {
        /// The folder of `data_batch_1.bin` …, or its parent.
        dir: PathBuf,
    },
    /// CIFAR-100 in the canonical binary layout; the fine labels.
    Cifar100 {
        /// The folder of `train.bin` and `test.bin`, or its parent.
        dir: PathBuf,
    },
    /// A folder of images: `train/<class>/*` and `test/<class>/*`, JPEG or PNG.
    Folder {
        /// The folder.
        dir: PathBuf,
        /// Side to which images are resized.
        size: usize,
    },
    /// Random pixels, for throughput and memory only.
    Generated {
        /// Shape and classes.
        images: Images,
    },
}

/// Why images could not be had. Every variant names the file.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or folder that must be there is not.
    #[error("{path}: not found; {fix}")]
    Missing {
        /// What is not there.
        path: PathBuf,
        /// The way out.
        fix: String,
    },
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are not what they should be.
    #[error("{path}: {found}; expected {expected}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
    /// No such data set.
    #[error("no data set is named `{0}`; use digits, cifar10, cifar100, generated or folder:DIR")]
    Unknown(String),
    /// Images of a shape that no network takes.
    #[error("data = \"{set}\": {source}")]
    Shape {
        /// The data set.
        set: String,
        /// The number, and what would do.
        source: SpecError,
    },
    /// A setting does not fit the data set.
    #[error("data = \"{set}\" takes no `{key}`; it belongs to {belongs}")]
    Setting {
        /// The data set.
        set: String,
        /// The setting.
        key: &'static str,
        /// Where it would fit.
        belongs: &'static str,
    },
}

impl DataError {
    fn io(path: &Path, source: std::io::Error) -> Self {
        DataError::Io { path: path.into(), source }
    }
}

/// The images of one split: `count` images of `channels · size · size` bytes, channel planes first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// All pixels.
    pub pixels: Vec<u8>,
    /// A label for each image.
    pub labels: Vec<u16>,
}

impl Split {
    /// Number of images.
    pub fn count(&self) -> usize {
        self.labels.len()
    }
}

/// Decoded images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSet {
    /// Shape and classes.
    pub images: Images,
    /// Training images.
    pub train: Split,
    /// Test images.
    pub test: Split,
}

/// What identifies a data set in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Shape and classes.
    pub images: Images,
    /// Training images.
    pub train: usize,
    /// Test images.
    pub test: usize,
    /// SHA-256 of the decoded images and labels.
    pub sha256: String,
}

impl Source {
    /// The source that a suite's or a command line's words mean.
    ///
    /// # Errors
    /// An unknown name, a setting that does not belong to it, or a data directory that was not given.
    pub fn parse(set: &str, settings: Settings) -> Result<Self, DataError> {
        let misplaced =
            |key: &'static str, belongs: &'static str| DataError::Setting { set: set.to_owned(), key, belongs };
        let folder = set.strip_prefix("folder:");
        if settings.classes.is_some() && set != "generated" {
            return Err(misplaced("classes", "generated images"));
        }
        if settings.image_size.is_some() && set != "generated" && folder.is_none() {
            return Err(misplaced("image_size", "folders and generated images"));
        }
        let (size, classes) = (settings.image_size, settings.classes);
        let shape = Images {
            size: size.unwrap_or(if folder.is_some() { 32 } else { Images::IMAGENET.size }),
            classes: classes.unwrap_or(Images::IMAGENET.classes),
            ..Images::IMAGENET
        };
        shape.check().map_err(|error| {
            // What networks call the size of their images is a setting named otherwise here.
            let key = if error.key == "size" { "image_size".to_owned() } else { error.key };
            DataError::Shape { set: set.to_owned(), source: SpecError { key, ..error } }
        })?;
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        let dir = || absolute(settings.dir.clone().unwrap_or_else(|| DEFAULT_DIR.into()));
        match (set, folder) {
            ("digits", _) => Ok(Source::Digits),
            ("cifar10", _) => Ok(Source::Cifar10 { dir: dir() }),
            ("cifar100", _) => Ok(Source::Cifar100 { dir: dir() }),
            ("generated", _) => Ok(Source::Generated { images: shape }),
            (_, Some(path)) => Ok(Source::Folder { dir: absolute(path.into()), size: shape.size }),
            _ => Err(DataError::Unknown(set.to_owned())),
        }
    }

    /// Whether it lies in a directory of data sets.
    pub fn has_dir(&self) -> bool {
        matches!(self, Source::Cifar10 { .. } | Source::Cifar100 { .. })
    }

    /// What the data set is as published, where that is known; it has no hash before it is here.
    pub fn published(&self) -> Option<Summary> {
        let classes = match self {
            Source::Cifar10 { .. } => 10,
            Source::Cifar100 { .. } => 100,
            _ => return None,
        };
        Some(Summary {
            images: Images { classes, ..Images::CIFAR10 },
            train: 50_000,
            test: 10_000,
            sha256: String::new(),
        })
    }

    /// The name used in rows.
    pub fn name(&self) -> String {
        match self {
            Source::Digits => "digits".to_owned(),
            Source::Cifar10 { .. } => "cifar10".to_owned(),
            Source::Cifar100 { .. } => "cifar100".to_owned(),
            Source::Folder { dir, .. } => {
                let name = dir.file_name().unwrap_or(dir.as_os_str());
                format!("folder:{}", name.to_string_lossy())
            }
            Source::Generated { .. } => "generated".to_owned(),
        }
    }

    /// The augmentation that suits it: shift by a pixel for digits, pad-and-crop and flip for photographs.
    pub fn usual_augmentation(&self) -> Augment {
        match self {
            Source::Digits => Augment { pad: 1, flip: false },
            Source::Cifar10 { .. } | Source::Cifar100 { .. } => Augment { pad: 4, flip: true },
            Source::Folder { size, .. } => Augment { pad: size / 8, flip: true },
            Source::Generated { .. } => Augment::NONE,
        }
    }

    /// Reads and decodes all of it.
    ///
    /// # Errors
    /// A missing, truncated, wrongly labelled or undecodable file, an empty class, a folder without a split.
    pub fn load(&self) -> Result<DataSet, DataError> {
        match self {
            Source::Digits => Ok(digits::load()),
            Source::Cifar10 { dir } => cifar::load(&cifar::CIFAR10, dir),
            Source::Cifar100 { dir } => cifar::load(&cifar::CIFAR100, dir),
            Source::Folder { dir, size } => folder::load(dir, *size),
            Source::Generated { images } => Ok(generated::load(*images)),
        }
    }
}

/// What can be said of a data set beside its name.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Directory of downloaded data sets. Default `data`.
    pub dir: Option<PathBuf>,
    /// Side of the images, for folders (default 32) and generated images (default 224).
    pub image_size: Option<usize>,
    /// Classes, for generated images (default 1000).
    pub classes: Option<usize>,
}

impl DataSet {
    /// Counts, shape and SHA-256.
    pub fn summary(&self) -> Summary {
        Summary { images: self.images, train: self.train.count(), test: self.test.count(), sha256: self.sha256() }
    }

    /// SHA-256 over shape, classes and, for each split, the count, the labels (little-endian u16) and the pixels.
    fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        let Images { size, channels, classes } = self.images;
        for number in [size, channels, classes] {
            hash.update((number as u64).to_le_bytes());
        }
        for split in [&self.train, &self.test] {
            hash.update((split.count() as u64).to_le_bytes());
            for label in &split.labels {
                hash.update(label.to_le_bytes());
            }
            hash.update(&split.pixels);
        }
        crate::hex(&hash.finalize())
    }
}
