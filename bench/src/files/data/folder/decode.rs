//! Decoding of an image file, and in words why one cannot be decoded.

use std::io::{self, Cursor};

use flate2::Crc;
use image::{DynamicImage, ImageError, ImageFormat, ImageReader};

/// Pixels that no decoder has the memory for: one byte each takes 512 MiB.
const MOST_PIXELS: u64 = 1 << 29;

/// The first frame, within the decoders' limits of memory.
pub(super) fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, ImageError> {
    reader(bytes, format).decode()
}

fn reader(bytes: &[u8], format: ImageFormat) -> ImageReader<Cursor<&[u8]>> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    reader.set_format(format);
    reader.limits(image::Limits::default());
    reader
}

/// What an image without pixels is called, which some decoders give.
pub(super) fn without_pixels(image: &DynamicImage, format: ImageFormat) -> Option<String> {
    let (width, height) = (image.width(), image.height());
    (width == 0 || height == 0).then(|| format!("a {} of {width}×{height} pixels", name(format)))
}

/// Why an image cannot be decoded. A decoder's own words are told only where they are words.
pub(super) fn describe(bytes: &[u8], format: ImageFormat, error: &ImageError) -> String {
    let name = name(format);
    if let Some((width, height)) = sides(bytes, format) {
        if width == 0 || height == 0 {
            return format!("a {name} of {width}×{height} pixels");
        }
        if matches!(error, ImageError::Limits(_)) || u64::from(width) * u64::from(height) > MOST_PIXELS {
            return format!(
                "a {name} of {width}×{height} pixels, more than are read (512 MiB decoded): make it smaller"
            );
        }
    }
    let cause = in_words(error).map_or(String::new(), |cause| format!(" ({cause})"));
    match error {
        ImageError::Limits(_) => format!("a {name} of more pixels than are read (512 MiB decoded): make it smaller"),
        ImageError::Unsupported(_) => format!("a {name} of a kind that is not read{cause}: convert it to PNG"),
        ImageError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            format!("a {name} that was cut short")
        }
        _ => match broken_chunk(bytes).filter(|_| format == ImageFormat::Png) {
            Some(chunk) => format!("a damaged PNG: the checksum (CRC) of its chunk {chunk} does not hold"),
            None => format!("a damaged {name}{cause}"),
        },
    }
}

fn name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Png => "PNG",
        ImageFormat::Gif => "GIF",
        ImageFormat::WebP => "WebP",
        ImageFormat::Bmp => "BMP",
        _ => "PNM",
    }
}

/// What the header says. Of PNG and BMP it is read here, since their decoders refuse sides that are not possible.
fn sides(bytes: &[u8], format: ImageFormat) -> Option<(u32, u32)> {
    let number = |at: usize| bytes.get(at..)?.first_chunk::<4>();
    match format {
        ImageFormat::Png if bytes.get(12..16) == Some(b"IHDR") => {
            Some((u32::from_be_bytes(*number(16)?), u32::from_be_bytes(*number(20)?)))
        }
        ImageFormat::Bmp if bytes.get(14).is_some_and(|header| *header >= 40) => {
            // A negative height has the rows from the top.
            let side = |at: usize| Some(i32::from_le_bytes(*number(at)?).unsigned_abs());
            Some((side(18)?, side(22)?))
        }
        _ => reader(bytes, format).into_dimensions().ok(),
    }
}

/// The first chunk of a PNG whose checksum does not hold, by its name.
fn broken_chunk(bytes: &[u8]) -> Option<String> {
    let mut rest = bytes.get(8..)?;
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let end = length.checked_add(8)?;
        let (summed, sum) = (rest.get(4..end)?, rest.get(end..)?.first_chunk()?);
        let mut crc = Crc::new();
        crc.update(summed);
        if crc.sum() != u32::from_be_bytes(*sum) {
            let letters = summed.iter().take(4).filter(|letter| letter.is_ascii_alphabetic());
            return Some(letters.map(|letter| char::from(*letter)).collect());
        }
        rest = rest.get(end + 4..)?;
    }
}

/// What a decoder says, where it is a sentence and not the inside of a program.
fn in_words(error: &ImageError) -> Option<String> {
    let text = error.to_string();
    let own = text.strip_prefix("Format error decoding ").and_then(|text| text.split_once(": "));
    let told = own.map_or(text.as_str(), |(_, told)| told).trim().trim_end_matches('.');
    let letters = |letter: char| letter.is_alphanumeric() || " ,.:'-/%".contains(letter);
    let inner = |word: &str| word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    let sentence = told.contains(' ') && told.len() < 100 && told.chars().all(letters) && !told.contains("::");
    (sentence && !told.split(' ').any(inner)).then(|| told.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoders_words_are_told_only_where_they_are_words() {
        let said = |text: &str| in_words(&ImageError::IoError(io::Error::other(text.to_owned())));
        assert_eq!(said("invalid color type"), Some("invalid color type".to_owned()));
        for inside in ["CrcMismatch { recover: 1 }", "Some(IDAT)", "ChunkType", "[0, 1]", "7", ""] {
            assert_eq!(said(inside), None, "{inside}");
        }
    }
}
