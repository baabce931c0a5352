//! Reads a [`Source`]: all of it, or the half that is used.

use super::{DataError, DataSet, Half, Source, cifar, digits, folder, generated, idx};

/// A data set that was read, with notes on its files.
#[derive(Debug, Clone)]
pub struct Read {
    /// Decoded images.
    pub data: DataSet,
    /// Notes on what was skipped.
    pub notes: Vec<String>,
}

impl Source {
    /// Reads and decodes all of it.
    ///
    /// # Errors
    /// Returns an error for a missing, truncated, wrongly labeled or undecodable file, an empty class, or a folder
    /// without a split.
    pub fn load(&self) -> Result<DataSet, DataError> {
        Ok(self.read(Half::Both)?.data)
    }

    /// Reads and decodes the half that is used. The other need not be present.
    ///
    /// # Errors
    /// Returns the errors of [`Source::load`], for that half.
    pub fn read(&self, half: Half) -> Result<Read, DataError> {
        let (data, notes) = match self {
            Source::Digits => (digits::load(), Vec::new()),
            Source::Cifar10 { dir } => (cifar::load(&cifar::CIFAR10, dir, half)?, Vec::new()),
            Source::Cifar100 { dir } => (cifar::load(&cifar::CIFAR100, dir, half)?, Vec::new()),
            Source::Mnist { dir } => (idx::load(&idx::MNIST, dir, half)?, Vec::new()),
            Source::FashionMnist { dir } => (idx::load(&idx::FASHION, dir, half)?, Vec::new()),
            Source::Folder { dir, size } => folder::load(dir, *size, half)?,
            Source::Generated { images } => (generated::load(*images), Vec::new()),
        };
        Ok(Read { data, notes })
    }

    /// Reads both halves, or the one that a folder of images has, and then says what is missing.
    ///
    /// # Errors
    /// Returns the errors of [`Source::load`].
    pub fn read_available(&self) -> Result<(Read, Option<DataError>), DataError> {
        let missing = match (self.read(Half::Both), self) {
            (Ok(read), _) => return Ok((read, None)),
            (Err(DataError::Missing { path, fix }), Source::Folder { dir, .. })
                if [dir.join("train"), dir.join("test")].contains(&path) =>
            {
                DataError::Missing { path, fix }
            }
            (Err(error), _) => return Err(error),
        };
        let half = [Half::Train, Half::Test].into_iter().find_map(|half| match self.read(half) {
            Err(DataError::Missing { .. }) => None,
            other => Some(other),
        });
        match half {
            Some(Ok(read)) => Ok((read, Some(missing))),
            Some(Err(error)) => Err(missing.and(error)),
            None => Err(missing),
        }
    }

    /// Returns how `data`, which was read from here, differs from the published set. There is nothing for sets that are
    /// not published.
    ///
    /// # Errors
    /// Returns the errors of [`Source::load`].
    pub fn differences(&self, data: &DataSet) -> Result<Option<Vec<String>>, DataError> {
        match self {
            Source::Cifar10 { dir } => cifar::differences(&cifar::CIFAR10, dir).map(Some),
            Source::Cifar100 { dir } => cifar::differences(&cifar::CIFAR100, dir).map(Some),
            Source::Mnist { dir } => idx::differences(&idx::MNIST, dir, data),
            Source::FashionMnist { dir } => idx::differences(&idx::FASHION, dir, data),
            Source::Digits | Source::Folder { .. } | Source::Generated { .. } => Ok(None),
        }
    }
}
