//! What people have in the place of a file: pointers, pages, what was cut off at once. By its first bytes, in words.

/// What a file that begins with `head` is, where it is none that any reader takes; and the way out.
pub(super) fn mistaken(head: &[u8]) -> Option<&'static str> {
    let text = text(head);
    match () {
        () if head.is_empty() => Some("an empty file; download it again"),
        () if text.starts_with("version https://git-lfs") => {
            Some("a Git LFS pointer, not the file itself; run `git lfs pull` where it was cloned")
        }
        () if is_page(&text) => {
            Some("a web page, not the file itself; download the file (on GitHub and Hugging Face by its download link)")
        }
        () if head.iter().all(|byte| *byte == 0) => {
            Some("it begins with zeros only; the download or copy was not finished")
        }
        () if text.starts_with('{') || text.starts_with('[') => {
            Some("a JSON text, such as a server's error; look into it, and download the file itself")
        }
        () => None,
    }
}

/// The beginning as a text in small letters, without what may stand before its first. Windows writes two bytes a letter.
fn text(head: &[u8]) -> String {
    let wide = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    let bytes: Vec<u8> =
        if wide { head[2..].iter().copied().filter(|byte| *byte != 0).collect() } else { head.to_vec() };
    String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').trim_start().to_lowercase()
}

fn is_page(text: &str) -> bool {
    const STARTS: [&str; 10] =
        ["<!doctype", "<html", "<?xml", "<head", "<body", "<script", "<meta", "<title", "<!--", "http/1."];
    STARTS.iter().any(|start| text.starts_with(start))
}

/// What a file is that has the first bytes of one of another kind.
pub(super) fn of_another_kind(head: &[u8]) -> Option<&'static str> {
    const MARKS: [(&[u8], &str); 10] = [
        (b"\x89PNG", "a PNG image"),
        (b"\xFF\xD8\xFF", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"\x93NUMPY", "an array of NumPy (.npy)"),
        (b"\x89HDF\r\n", "an HDF5 file"),
        (b"MATLAB", "a file of Matlab (.mat)"),
        (b"PAR1", "a Parquet file"),
        (b"%PDF", "a PDF"),
        (b"SQLite format", "a SQLite database"),
        (b"\x80", "a pickle of Python"),
    ];
    MARKS.iter().find(|(mark, _)| head.starts_with(mark)).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_place_of_a_file_is_said_with_the_way_out() {
        let said = |head: &[u8]| mistaken(head).unwrap_or("nothing");
        assert!(said(b"").contains("an empty file"));
        assert!(said(b"version https://git-lfs.github.com/spec/v1\noid").contains("git lfs pull"));
        for page in [&b"\n<!DOCTYPE html>"[..], b"\xEF\xBB\xBF<HTML>", b"<?xml version", b"\xFF\xFE<\0h\0t\0m\0l\0"] {
            assert!(said(page).contains("a web page"), "{page:?}");
        }
        assert!(said(&[0; 100]).contains("zeros"));
        assert!(said(b"{\"message\": \"Not Found\"}").contains("JSON"));
        for file in [&b"PK\x03\x04"[..], b"\x89PNG\r\n", b"\0\0\x08\x03", b"hello there"] {
            assert_eq!(mistaken(file), None, "{file:?}");
        }
        assert_eq!(of_another_kind(b"\x93NUMPY\x01"), Some("an array of NumPy (.npy)"));
        assert_eq!(of_another_kind(b"\0\0\x08\x03"), None);
    }
}
