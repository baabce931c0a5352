//! One image file: what it is its content says; whether it claims to be an image, its content or its name.

use std::io::Cursor;
use std::path::Path;

use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, ImageReader};

use super::super::{DataError, regular};
use super::whole::{self, Lack};

/// What is read.
pub(super) const KINDS: &str = "JPEG, PNG, WebP, GIF, BMP or PNM";

/// Largest file of an image.
const LARGEST: u64 = 1 << 30;

/// Bytes that tell what a file is.
const HEAD: u64 = 32;

/// Endings by which torchvision takes a file for an image, and GIF's.
const ENDINGS: [&str; 12] = ["jpg", "jpeg", "png", "ppm", "bmp", "pgm", "pbm", "pnm", "tif", "tiff", "webp", "gif"];

/// What a file is.
pub(super) enum Picture {
    /// Planes of red, green and blue; and whether it is a JPEG that lacks its end marker.
    Pixels { pixels: Vec<u8>, endless: bool },
    /// It does not claim to be an image.
    Other,
}

/// Reads one file; resized with a triangle filter where its size differs.
///
/// # Errors
/// What claims to be an image and is none, or was cut short.
pub(super) fn read(path: &Path, size: usize) -> Result<Picture, DataError> {
    let corrupt = |found: String| DataError::corrupt(path, found, format!("a whole JPEG or PNG image (or {KINDS})"));
    let mut file = regular::open(path)?;
    let mut bytes = file.read(HEAD).map_err(|source| DataError::io(path, source))?;
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let named = ENDINGS.contains(&ending.as_str());
    let Some(format) = format(&bytes, &ending) else {
        return match named {
            false => Ok(Picture::Other),
            true if bytes.is_empty() => Err(corrupt("an empty file".to_owned())),
            true if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") => {
                Err(corrupt("a TIFF, which is not read; convert it to PNG".to_owned()))
            }
            true => Err(corrupt(format!("named .{ending}, but its first bytes are of no image that is read"))),
        };
    };
    if file.bytes > LARGEST {
        return Err(corrupt(format!("{} bytes, more than an image has", file.bytes)));
    }
    bytes.extend(file.read(LARGEST).map_err(|source| DataError::io(path, source))?);
    let endless = match whole::lacks(format, &bytes) {
        Some(Lack::EndMarker) => true,
        Some(Lack::More(what)) => return Err(corrupt(what.to_owned())),
        None => false,
    };
    let image = decode(&bytes, format).map_err(|error| corrupt(error.to_string()))?;
    Ok(Picture::Pixels { pixels: planes(image, size as u32), endless })
}

/// What a file is by its first bytes. Those of BMP and PNM are two letters, which a text may begin with too.
fn format(head: &[u8], ending: &str) -> Option<ImageFormat> {
    let is = |start: &[u8]| head.starts_with(start);
    match () {
        () if is(b"\xFF\xD8\xFF") => Some(ImageFormat::Jpeg),
        () if is(b"\x89PNG\r\n\x1A\n") => Some(ImageFormat::Png),
        () if is(b"GIF87a") || is(b"GIF89a") => Some(ImageFormat::Gif),
        () if is(b"RIFF") && head.get(8..12) == Some(b"WEBP") => Some(ImageFormat::WebP),
        () if is(b"BM")
            && (ending == "bmp" || matches!(head.get(14..18), Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))) =>
        {
            Some(ImageFormat::Bmp)
        }
        () if ["ppm", "pgm", "pbm", "pnm"].contains(&ending) && matches!(head, [b'P', b'1'..=b'7', ..]) => {
            Some(ImageFormat::Pnm)
        }
        () => None,
    }
}

/// The first frame, within the decoders' limits of memory.
pub(super) fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, image::ImageError> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    reader.set_format(format);
    reader.limits(image::Limits::default());
    reader.decode()
}

fn planes(image: DynamicImage, side: u32) -> Vec<u8> {
    let image = match (image.width(), image.height()) {
        (width, height) if (width, height) == (side, side) => image,
        _ => image.resize_exact(side, side, FilterType::Triangle),
    };
    let pixels = image.to_rgb8().into_raw();
    (0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied()).collect()
}
