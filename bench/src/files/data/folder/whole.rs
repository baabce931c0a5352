//! Checks whether an image file is complete. Decoders fill in what a JPEG lacks, without an error.

use image::ImageFormat;

use super::jpeg;

/// Says what a file lacks.
pub(super) enum Lack {
    /// It lacks only a JPEG's end marker.
    EndMarker,
    /// It lacks more than that.
    More(&'static str),
}

/// Returns what a file of that format lacks, if its end is missing. Formats that are not checked here are left to the
/// decoder.
pub(super) fn lacks(format: ImageFormat, bytes: &[u8]) -> Option<Lack> {
    match format {
        ImageFormat::Jpeg if !ends(bytes) => Some(if jpeg::lacks_only_its_end(bytes) {
            Lack::EndMarker
        } else {
            Lack::More("a JPEG that was cut short: image data and its end marker FF D9 are missing")
        }),
        ImageFormat::Png if !png(bytes) => {
            Some(Lack::More("a PNG that was cut short: its last chunk, IEND, is missing"))
        }
        ImageFormat::WebP if !webp(bytes) => Some(Lack::More("a WebP that was cut short")),
        _ => None,
    }
}

/// Returns whether the segments lead to the end marker. What follows it is not examined, because cameras append to it.
/// A marker inside a segment, such as the end of a thumbnail, is not the image's.
fn ends(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some(start) = rest.windows(2).position(|pair| pair[0] == 0xFF && is_marker(pair[1])) {
        rest = &rest[start + 1..];
        let skipped = match rest[0] {
            0xD9 => return true,
            // Two markers that have no length.
            0x01 | 0xD8 => 1,
            _ => 1 + rest.get(1..3).map_or(0, |length| usize::from(u16::from_be_bytes([length[0], length[1]]))),
        };
        rest = rest.get(skipped..).unwrap_or_default();
    }
    false
}

/// Returns whether a byte after FF makes it a marker: 00 makes it data, FF fills, and D0 to D7 are within data.
fn is_marker(byte: u8) -> bool {
    !matches!(byte, 0x00 | 0xD0..=0xD7 | 0xFF)
}

/// Returns whether the chunks lead to the last one, whose checksum is known because it is empty.
fn png(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(8..).unwrap_or_default();
    while !rest.starts_with(b"\0\0\0\0IEND\xAE\x42\x60\x82") {
        let Some(length) = rest.first_chunk() else { return false };
        // Length, kind and checksum take 12 bytes.
        rest = rest.get((u32::from_be_bytes(*length) as usize).saturating_add(12)..).unwrap_or_default();
    }
    true
}

/// Returns whether the file is as long as its header says.
fn webp(bytes: &[u8]) -> bool {
    let size = bytes.get(4..8).and_then(|size| size.first_chunk()).map(|size| u32::from_le_bytes(*size));
    size.is_some_and(|size| size as usize <= bytes.len().saturating_sub(8))
}
