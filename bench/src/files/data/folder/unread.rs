//! Formats of images that are not read: what they are by content, else by name.

/// How to turn them into what is read.
pub(super) const WAY_OUT: &str =
    "which is not read; convert it to PNG or JPEG (with ImageMagick: magick FILE FILE.png)";

/// What an image is that is of none of the formats that are read, and starts so or has that ending.
pub(super) fn unread(head: &[u8], ending: &str) -> Option<&'static str> {
    by_content(head).or_else(|| by_ending(ending))
}

pub(super) fn by_content(head: &[u8]) -> Option<&'static str> {
    const MARKS: [(&[u8], &str); 12] = [
        (b"II*\0", "a TIFF"),
        (b"MM\0*", "a TIFF"),
        (b"II+\0", "a TIFF"),
        (b"MM\0+", "a TIFF"),
        (b"\0\0\0\x0CJXL \r\n", "a JPEG XL"),
        (b"\0\0\0\x0CjP  \r\n", "a JPEG 2000"),
        (b"\xFF\x4F\xFF\x51", "a JPEG 2000"),
        (b"8BPS", "a Photoshop file"),
        (b"\x76\x2F\x31\x01", "an OpenEXR image"),
        (b"#?RADIANCE", "a Radiance image"),
        (b"qoif", "a QOI image"),
        (b"DDS ", "a DDS image"),
    ];
    let brand = head.get(4..8).filter(|kind| *kind == b"ftyp").and_then(|_| head.get(8..12));
    match brand {
        Some(b"avif" | b"avis") => Some("an AVIF image"),
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => Some("a HEIC image"),
        _ => MARKS.iter().find(|(mark, _)| head.starts_with(mark)).map(|(_, what)| *what),
    }
}

/// Whether a name says that a file is such an image.
pub(super) fn by_ending(ending: &str) -> Option<&'static str> {
    match ending {
        "tif" | "tiff" => Some("a TIFF"),
        "heic" | "heif" | "hif" => Some("a HEIC image"),
        "avif" => Some("an AVIF image"),
        "jxl" => Some("a JPEG XL"),
        "jp2" | "j2k" | "jpf" | "jpx" => Some("a JPEG 2000"),
        "psd" => Some("a Photoshop file"),
        "dng" | "cr2" | "cr3" | "nef" | "arw" | "orf" | "rw2" | "raf" => Some("a camera's raw image"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_are_not_read_are_known_by_content_and_by_name() {
        assert_eq!(unread(b"\0\0\0\x1Cftypheic\0\0\0\0", "jpg"), Some("a HEIC image"));
        assert_eq!(unread(b"\0\0\0\x1Cftypavif\0\0\0\0", ""), Some("an AVIF image"));
        assert_eq!(unread(b"\0\0\0\x1Cftypisom\0\0\0\0", "mp4"), None);
        assert_eq!(unread(b"MM\0+\0\x08", "png"), Some("a TIFF"));
        assert_eq!(unread(b"anything", "avif"), Some("an AVIF image"));
        assert_eq!(unread(b"a text", "txt"), None);
    }
}
