//! Decoding of an image file.

use std::io::Cursor;

use image::{DynamicImage, ImageError, ImageFormat, ImageReader};

/// The first frame, within the decoders' limits of memory.
pub(super) fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, ImageError> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    reader.set_format(format);
    reader.limits(image::Limits::default());
    reader.decode()
}
