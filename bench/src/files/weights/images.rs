//! Reads the images that weights are evaluated on, and chooses how their pixels are normalized.

use anyhow::{Result, ensure};
use clap::ValueEnum;
use skipbench_reports::analyses::quantity::format_number_of;

use crate::files::data::{DataError, DataSet, Half, Normalization, Read, Source};

/// Says whose mean and deviation are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// The training images', as in training here.
    Data,
    /// ImageNet's, as torchvision's weights expect.
    Imagenet,
}

/// Reads the test images, and the training images if they are needed for normalization.
///
/// # Errors
/// Returns an error for images that cannot be read.
pub(crate) fn read(source: &Source, by: By) -> Result<Read, DataError> {
    match by {
        By::Imagenet => source.read(Half::Test),
        By::Data => match source.read(Half::Both) {
            Err(DataError::Missing { path, .. }) if source.read(Half::Train).is_err() => {
                let mut read = source.read(Half::Test)?;
                let fallback = "the images are normalized by the test images' own";
                read.notes.push(format!("{}: not found; {fallback}", path.display()));
                Ok(read)
            }
            read => read,
        },
    }
}

/// Returns how pixels are normalized.
///
/// # Errors
/// Returns an error for ImageNet's colors with images without color.
pub(crate) fn normalization(by: By, data: &DataSet) -> Result<Normalization> {
    match by {
        By::Data if data.train.count() > 0 => Ok(Normalization::of(data)),
        By::Data => Ok(Normalization::of(&DataSet { train: data.test.clone(), ..data.clone() })),
        By::Imagenet => {
            let channels = data.images.channels;
            let have = format_number_of(channels, "channel");
            ensure!(channels == 3, "--normalise imagenet is for color images; these have {have}");
            Ok(Normalization::imagenet())
        }
    }
}
