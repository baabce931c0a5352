//! Defines where images come from.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use skipbench_models::{Images, SpecError};

use super::{Augment, DEFAULT_DIR, DataError, Summary, beyond_home};

/// Says where images come from.
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
    /// CIFAR-100 in the canonical binary layout, with the fine labels.
    Cifar100 {
        /// The folder of `train.bin` and `test.bin`, or its parent.
        dir: PathBuf,
    },
    /// MNIST in the layout in which it is published.
    Mnist {
        /// The folder of `train-images-idx3-ubyte` …, or its parent.
        dir: PathBuf,
    },
    /// Fashion-MNIST in the same layout.
    #[serde(rename = "fashion-mnist")]
    FashionMnist {
        /// The folder of `train-images-idx3-ubyte` …, or its parent.
        dir: PathBuf,
    },
    /// A folder of images: `train/<class>/*` and `test/<class>/*`.
    Folder {
        /// Path of the folder.
        dir: PathBuf,
        /// Side to which images are resized.
        size: usize,
    },
    /// Random pixels, for throughput and memory only.
    Generated {
        /// Shape of the images and number of classes.
        images: Images,
    },
}

/// Holds what can be said of a data set besides its name.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Directory of downloaded data sets. The default is `data`.
    pub dir: Option<PathBuf>,
    /// Side of the images, for folders (default 32) and generated images (default 224).
    pub image_size: Option<usize>,
    /// Number of classes, for generated images (default 1000).
    pub classes: Option<usize>,
}

impl Settings {
    /// # Errors
    /// Returns an error if one of them does not apply to the set.
    fn belong(&self, set: &str) -> Result<(), DataError> {
        let (generated, folder) = (set == "generated", set.starts_with("folder:"));
        let (key, belongs) = match self {
            Settings { classes: Some(_), .. } if !generated => ("classes", "generated images"),
            Settings { image_size: Some(_), .. } if !generated && !folder => {
                ("image_size", "folders and generated images")
            }
            _ => return Ok(()),
        };
        Err(DataError::Setting { set: set.to_owned(), key, belongs })
    }
}

impl Source {
    /// Returns the source that the words of a suite or a command line mean.
    ///
    /// # Errors
    /// Returns an error for an unknown name, a setting that does not belong to it, or a data directory that was not
    /// given.
    pub fn parse(set: &str, settings: Settings) -> Result<Self, DataError> {
        settings.belong(set)?;
        let folder = set.strip_prefix("folder:");
        let usual = if folder.is_some() { 32 } else { Images::IMAGENET.size };
        let shape = shape(set, settings.image_size.unwrap_or(usual), settings.classes)?;
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        let dir = || absolute(settings.dir.clone().unwrap_or_else(|| DEFAULT_DIR.into()));
        match (set, folder) {
            ("digits", _) => Ok(Source::Digits),
            ("cifar10", _) => Ok(Source::Cifar10 { dir: dir() }),
            ("cifar100", _) => Ok(Source::Cifar100 { dir: dir() }),
            ("mnist", _) => Ok(Source::Mnist { dir: dir() }),
            ("fashion-mnist", _) => Ok(Source::FashionMnist { dir: dir() }),
            ("generated", _) => Ok(Source::Generated { images: shape }),
            (_, Some(path)) => Ok(Source::Folder { dir: absolute(path.into()), size: shape.size }),
            _ => Err(DataError::Unknown { set: set.to_owned(), hint: forgotten(set) }),
        }
    }

    /// Gives its path the size of the longest one, so heap bytes do not depend on where images are.
    pub(crate) fn reserve_path(&mut self) {
        /// Length of Linux's longest path in bytes (`PATH_MAX`).
        const LONGEST: usize = 4096;
        match self {
            Source::Cifar10 { dir }
            | Source::Cifar100 { dir }
            | Source::Mnist { dir }
            | Source::FashionMnist { dir }
            | Source::Folder { dir, .. } => dir.reserve_exact(LONGEST.saturating_sub(dir.as_os_str().len())),
            Source::Digits | Source::Generated { .. } => {}
        }
    }

    /// Returns whether it is in a directory of data sets.
    pub fn has_dir(&self) -> bool {
        !matches!(self, Source::Digits | Source::Folder { .. } | Source::Generated { .. })
    }

    /// Returns the words by which `data check` finds it.
    pub(crate) fn words(&self) -> Vec<String> {
        let words: Vec<String> = match self {
            Source::Digits => Vec::new(),
            Source::Cifar10 { dir }
            | Source::Cifar100 { dir }
            | Source::Mnist { dir }
            | Source::FashionMnist { dir } => {
                vec!["--dir".to_owned(), dir.display().to_string()]
            }
            Source::Folder { dir, size } => {
                return vec![format!("folder:{}", dir.display()), "--image-size".to_owned(), size.to_string()];
            }
            Source::Generated { images } => {
                let (size, classes) = (images.size.to_string(), images.classes.to_string());
                ["--image-size", &size, "--classes", &classes].map(str::to_owned).to_vec()
            }
        };
        [vec![self.name()], words].concat()
    }

    /// Returns the published summary of the data set, where that is known. It has no hash before it is present.
    pub fn published(&self) -> Option<Summary> {
        let classes = match self {
            Source::Cifar10 { .. } => 10,
            Source::Cifar100 { .. } => 100,
            Source::Mnist { .. } | Source::FashionMnist { .. } => {
                let images = Images { size: 28, channels: 1, classes: 10 };
                return Some(Summary { images, train: 60_000, test: 10_000, sha256: String::new() });
            }
            _ => return None,
        };
        let images = Images { classes, ..Images::CIFAR10 };
        Some(Summary { images, train: 50_000, test: 10_000, sha256: String::new() })
    }

    /// Returns the name used in rows.
    pub fn name(&self) -> String {
        match self {
            Source::Digits => "digits".to_owned(),
            Source::Cifar10 { .. } => "cifar10".to_owned(),
            Source::Cifar100 { .. } => "cifar100".to_owned(),
            Source::Mnist { .. } => "mnist".to_owned(),
            Source::FashionMnist { .. } => "fashion-mnist".to_owned(),
            Source::Folder { dir, .. } => {
                let name = dir.file_name().unwrap_or(dir.as_os_str());
                format!("folder:{}", name.to_string_lossy())
            }
            Source::Generated { .. } => "generated".to_owned(),
        }
    }

    /// Returns the augmentation that suits it: shift by a pixel for digits, and pad, crop and flip for photographs.
    pub fn usual_augmentation(&self) -> Augment {
        match self {
            Source::Digits => Augment { pad: 1, flip: false },
            Source::Cifar10 { .. } | Source::Cifar100 { .. } => Augment { pad: 4, flip: true },
            // Figures are not mirrored; clothes may be.
            Source::Mnist { .. } => Augment { pad: 2, flip: false },
            Source::FashionMnist { .. } => Augment { pad: 2, flip: true },
            Source::Folder { size, .. } => Augment { pad: size / 8, flip: true },
            Source::Generated { .. } => Augment::NONE,
        }
    }
}

/// Describes a word that is not a data set but a path.
fn forgotten(set: &str) -> String {
    if let Some((kind, path)) = set.split_once(':').filter(|(kind, _)| kind.eq_ignore_ascii_case("folder")) {
        return format!("`{}:{path}`? ", kind.to_lowercase());
    }
    let path = Path::new(set);
    match beyond_home(path) {
        Some(meant) => format!("for a folder of images write folder:{}; ", meant.display()),
        None if path.is_dir() || set.contains(['/', '\\']) => format!("for a folder of images write folder:{set}; "),
        None if ["fashion", "fashionmnist", "fashion_mnist", "FashionMNIST"].contains(&set) => {
            "fashion-mnist? ".to_owned()
        }
        None if set.to_lowercase().replace(['-', '_'], "") != set => {
            format!("`{}`? ", set.to_lowercase().replace(['-', '_'], ""))
        }
        None => String::new(),
    }
}

/// Returns the shape that a set of any size is asked for.
///
/// # Errors
/// Returns an error if no network takes such images.
fn shape(set: &str, size: usize, classes: Option<usize>) -> Result<Images, DataError> {
    let shape = Images { size, classes: classes.unwrap_or(Images::IMAGENET.classes), ..Images::IMAGENET };
    shape.check().map_err(|error| {
        // What networks call the size of their images is a setting named otherwise here.
        let key = if error.key == "size" { "image_size".to_owned() } else { error.key };
        DataError::Shape { set: set.to_owned(), source: SpecError { key, ..error } }
    })?;
    Ok(shape)
}
