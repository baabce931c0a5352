//! What packed files are, by their first bytes and whatever their names say.

use std::io::Read;
use std::path::Path;

use skipbench_reports::input;

/// Bytes that tell it: a TAR's mark ends at 262.
pub(super) const HEAD: u64 = 512;

/// What a file that begins with `head` is, where it is packed.
pub(super) fn packed(head: &[u8]) -> Option<&'static str> {
    const MARKS: [(&[u8], &str); 7] = [
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1F\x8B", "packed by gzip"),
        (b"7z\xBC\xAF", "a 7z archive"),
        (b"Rar!", "a RAR archive"),
        (b"\xFD7zXZ", "packed by xz"),
        (b"BZh", "packed by bzip2"),
        (b"\x28\xB5\x2F\xFD", "packed by zstd"),
    ];
    let marked = MARKS.iter().find(|(mark, _)| head.starts_with(mark)).map(|(_, what)| *what);
    marked.or_else(|| is_tape(head).then_some("a TAR archive"))
}

/// Whether a TAR archive begins so.
pub(super) fn is_tape(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar")
}

/// The same of an ordinary file; nothing of one that cannot be read.
pub(super) fn packed_file(path: &Path) -> Option<&'static str> {
    let mut head = Vec::new();
    input::open(path, u64::MAX).ok()?.0.take(HEAD).read_to_end(&mut head).ok()?;
    packed(&head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_say_what_is_packed() {
        assert_eq!(packed(b"PK\x03\x04..."), Some("a ZIP archive"));
        assert_eq!(packed(&[&[b'a'; 257][..], b"ustar\0"].concat()), Some("a TAR archive"));
        assert_eq!(packed(b"\x1F\x8B\x08"), Some("packed by gzip"));
        assert_eq!((packed(b""), packed(&[0, 0, 8, 3])), (None, None));
    }
}
