//! One image file: what it is its content says; whether it claims to be an image, its content or its name.

use std::path::Path;

use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat};

use super::super::{DataError, regular};
use super::decode::{decode, describe, without_pixels};
use super::unread;
use super::whole::{self, Lack};
use crate::files::mistaken::{mistaken, of_another_kind};
use crate::files::packed::packed;

/// What is read.
pub(super) const KINDS: &str = "JPEG, PNG, WebP, GIF, BMP or PNM";

/// Largest file of an image.
const LARGEST: u64 = 1 << 30;

/// Bytes that tell what a file is: a TAR's mark ends at 262.
const HEAD: u64 = 512;

/// Endings by which torchvision takes a file for an image, and GIF's.
const ENDINGS: [&str; 14] =
    ["jpg", "jpeg", "jpe", "jfif", "png", "ppm", "bmp", "pgm", "pbm", "pnm", "tif", "tiff", "webp", "gif"];

/// What a file is.
pub(super) enum Picture {
    /// Planes of red, green and blue; and whether it is a JPEG that lacks its end marker.
    Pixels { pixels: Vec<u8>, endless: bool },
    /// It does not claim to be an image.
    Other,
    /// Where links cannot be kept, Git and other programs write the path that one leads to into a file of its name.
    Link,
}

/// Reads one file; resized with a triangle filter where its size differs.
///
/// # Errors
/// What claims to be an image and is none, or was cut short.
pub(super) fn read(path: &Path, size: usize) -> Result<Picture, DataError> {
    let whole = format!("a whole image: {KINDS}; replace the file, or take it out of the folder");
    let corrupt = |found: String| DataError::corrupt(path, found, whole.clone());
    let mut file = regular::open(path)?;
    let mut bytes = file.read(HEAD).map_err(|source| DataError::io(path, source))?;
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let named = ENDINGS.contains(&ending.as_str()) || unread::by_ending(&ending).is_some();
    let Some(format) = format(&bytes, &ending) else {
        let claims = named || unread::by_content(&bytes).is_some();
        return if claims { claimed(&mut file, path, bytes, &ending).map_err(corrupt) } else { Ok(Picture::Other) };
    };
    if file.bytes > LARGEST {
        return Err(corrupt(format!("{} bytes, more than an image has", file.bytes)));
    }
    bytes.extend(rest(&mut file, path)?);
    let endless = match whole::lacks(format, &bytes) {
        Some(Lack::EndMarker) => true,
        Some(Lack::More(what)) => return Err(corrupt(what.to_owned())),
        None => false,
    };
    let image = decode(&bytes, format).map_err(|error| corrupt(describe(&bytes, format, &error)))?;
    if let Some(what) = without_pixels(&image, format) {
        return Err(corrupt(what));
    }
    Ok(Picture::Pixels { pixels: planes(image, size as u32), endless })
}

/// What a file is whose name says that it is an image, and whose first bytes do not; or why it is refused.
fn claimed(file: &mut regular::Regular, path: &Path, head: Vec<u8>, ending: &str) -> Result<Picture, String> {
    if let Some(what) = mistaken(&head) {
        return Err(what.to_owned());
    }
    if let Some(what) = unread::unread(&head, ending) {
        return Err(format!("{what}, {}", unread::WAY_OUT));
    }
    let other = packed(&head).or_else(|| of_another_kind(&head));
    let small = file.bytes <= 1024;
    if small && is_link(&[head, rest(file, path).map_err(|error| error.to_string())?].concat()) {
        return Ok(Picture::Link);
    }
    Err(match other {
        Some(what) => format!("{what}, though it is named .{ending}"),
        None => format!("named .{ending}, but its first bytes are of no kind of image that is read"),
    })
}

fn rest(file: &mut regular::Regular, path: &Path) -> Result<Vec<u8>, DataError> {
    file.read(LARGEST).map_err(|source| DataError::io(path, source))
}

/// Whether this is nothing but the path of an image.
fn is_link(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let ending = Path::new(text).extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    text.contains(['/', '\\']) && !text.contains(char::is_control) && ENDINGS.contains(&ending.as_str())
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

fn planes(image: DynamicImage, side: u32) -> Vec<u8> {
    let image = match (image.width(), image.height()) {
        (width, height) if (width, height) == (side, side) => image,
        _ => image.resize_exact(side, side, FilterType::Triangle),
    };
    let pixels = image.to_rgb8().into_raw();
    (0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied()).collect()
}
