//! One IDX file: a number for its kind (2051: images, 2049: labels), its sides in big-endian order, and the bytes; plain
//! or packed by gzip.

use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::super::DataError;
use super::super::regular::{self, Regular};
use crate::files::mistaken::{mistaken, of_another_kind};
use crate::files::packed;

/// Numbers for the kinds.
pub(super) const IMAGES: u32 = 2051;
pub(super) const LABELS: u32 = 2049;

/// Largest count of images, largest side, and most bytes that are read.
const MOST_IMAGES: usize = 10_000_000;
const LARGEST_SIDE: usize = 1024;
const MOST_BYTES: u64 = 1 << 31;

/// Whether a file is packed by gzip. Its first bytes say it: browsers unpack what they download and keep its name.
pub(super) fn is_packed(regular: &mut Regular) -> io::Result<bool> {
    let head = regular.read(2)?;
    regular.file.rewind()?;
    Ok(head == b"\x1F\x8B")
}

/// Sides and bytes of a file of `N` sides. The size is compared before anything is read.
///
/// # Errors
/// Whatever else the file is, by what it is and the way out.
pub(super) fn contents<const N: usize>(path: &Path) -> Result<([usize; N], Vec<u8>), DataError> {
    let mut regular = regular::open(path)?;
    let packed = is_packed(&mut regular).map_err(|source| DataError::io(path, source))?;
    let Regular { mut file, bytes: length } = regular;
    let mut reader: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(&mut file)) } else { Box::new(&mut file) };
    let corrupt = |(found, expected): (String, String)| DataError::corrupt(path, found, expected);
    let mut head = Vec::new();
    let read = reader.by_ref().take(packed::HEAD).read_to_end(&mut head);
    read.map_err(|error| corrupt(unreadable(packed, &error)))?;
    let sides = sides::<N>(&head, packed).map_err(corrupt)?;
    let (expected, what) = (product(&sides), what::<N>());
    let header = header::<N>();
    let wrong = |found: u64| {
        let found = format!("{found} bytes{}", if packed { " once unpacked" } else { "" });
        let expected = format!("{} for its {} {what}; download it again", header as u64 + expected, sides[0]);
        DataError::corrupt(path, found, expected)
    };
    if !packed && length != header as u64 + expected {
        return Err(wrong(length));
    }
    let mut bytes = Vec::new();
    let rest = Cursor::new(&head[header..]).chain(reader).take(expected + 1).read_to_end(&mut bytes);
    rest.map_err(|error| corrupt(unreadable(packed, &error)))?;
    if bytes.len() as u64 == expected { Ok((sides, bytes)) } else { Err(wrong((header + bytes.len()) as u64)) }
}

fn what<const N: usize>() -> &'static str {
    if N == 1 { "labels" } else { "images" }
}

/// Bytes before the numbers.
const fn header<const N: usize>() -> usize {
    4 + 4 * N
}

fn product(sides: &[usize]) -> u64 {
    sides.iter().fold(1, |product, side| product.saturating_mul(*side as u64))
}

/// Why a file cannot be read to its end, and the way out.
fn unreadable(packed: bool, error: &io::Error) -> (String, String) {
    let found = match (packed, error.kind()) {
        (true, io::ErrorKind::UnexpectedEof) => "a gzip file that was cut short".to_owned(),
        (true, _) => format!("a damaged gzip file ({error})"),
        (false, _) => error.to_string(),
    };
    (found, "a whole one; download it again".to_owned())
}

/// The sides that a header claims.
///
/// # Errors
/// What was found and what was expected.
fn sides<const N: usize>(head: &[u8], packed: bool) -> Result<[usize; N], (String, String)> {
    let number = |at: usize| head.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    let (kind, what) = (if N == 1 { LABELS } else { IMAGES }, what::<N>());
    if number(0) != Some(kind) {
        let within = if packed { "packed by gzip, and within it " } else { "" };
        return Err((
            format!("{within}{}", describe(head, what)),
            format!("IDX {what} as they are published, which begin with {kind}"),
        ));
    }
    let mut sides = [0; N];
    for (index, side) in sides.iter_mut().enumerate() {
        let claimed = number(4 + 4 * index);
        *side = claimed.ok_or_else(|| {
            ("a file that ends within its header".to_owned(), format!("IDX {what}; download it again"))
        })? as usize;
    }
    let possible =
        (1..=MOST_IMAGES).contains(&sides[0]) && sides[1..].iter().all(|side| (1..=LARGEST_SIDE).contains(side));
    if possible && product(&sides) <= MOST_BYTES {
        return Ok(sides);
    }
    let claimed = sides.iter().map(usize::to_string).collect::<Vec<_>>().join("×");
    let expected =
        format!("at most {MOST_IMAGES} {what} of sides up to {LARGEST_SIDE}, 2 GiB in all; download it again");
    Err((format!("sides of {claimed} in its header"), expected))
}

/// What a file is that is no IDX file of the wanted kind.
fn describe(head: &[u8], what: &str) -> String {
    let start: Option<[u8; 4]> = head.first_chunk().copied();
    if let Some(archive) = packed::packed(head) {
        return format!("{archive}; unpack it and put the file itself in its place");
    }
    match start.map(u32::from_be_bytes) {
        Some(LABELS) => format!("labels in place of {what} (it begins with {LABELS})"),
        Some(IMAGES) => format!("images in place of {what} (it begins with {IMAGES})"),
        Some(kind) if kind >> 16 == 0 && matches!(kind >> 8, 8 | 9 | 0xB..=0xE) => {
            format!("an IDX file of other numbers or sides (it begins with {kind})")
        }
        _ => match (mistaken(head), of_another_kind(head)) {
            (Some(found), _) | (None, Some(found)) => found.to_owned(),
            (None, None) if start.is_none() => "a file without its header".to_owned(),
            (None, None) => {
                let bytes: Vec<String> = head.iter().take(4).map(|byte| format!("{byte:02X}")).collect();
                format!("no IDX file: it begins with the bytes {}", bytes.join(" "))
            }
        },
    }
}
