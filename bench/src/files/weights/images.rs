//! The images that weights are evaluated on, and what their pixels are normalized by.

use anyhow::{Result, ensure};
use clap::ValueEnum;
use skipbench_reports::analyses::quantity::format_number_of;

use crate::files::data::{DataError, DataSet, Half, Normalization, Read, Source};

/// Whose mean and deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// The training images', as in training here.
    Data,
    /// ImageNet's, as torchvision's weights expect.
    Imagenet,
}

/// The test images, and the training images where they are normalized by these.
///
/// # Errors
/// Images that cannot be read.
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

/// What pixels are normalized by.
///
/// # Errors
/// ImageNet's colors for images without color.
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
