//! Tensors that a file holds: where each lies, and its numbers in single precision.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use anyhow::{Context, Result, bail, ensure};
use burn::tensor::TensorData;
use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::element::{Element, way_out};

/// Bytes of a file that hold the numbers of one storage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: u64,
    /// Bytes in the file.
    pub(super) bytes: u64,
    /// Bytes once unpacked, where they are deflated.
    pub(super) unpacked: Option<u64>,
    /// Checksum of the whole, where there is one.
    pub(super) crc: Option<u32>,
}

/// One tensor of a file.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    /// The storage's name.
    pub(super) key: String,
    pub(super) element: Element,
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<usize>,
}

/// All tensors of a file. None of their numbers is read before it is asked for.
pub(super) struct Contents {
    pub(super) file: File,
    pub(super) entries: Vec<Entry>,
    pub(super) spans: HashMap<String, Span>,
    pub(super) big_endian: bool,
}

/// Largest tensor whose numbers are those of fewer, repeated.
const REPEATED: usize = 1 << 24;

impl Contents {
    /// The numbers of `entry` in single precision.
    ///
    /// # Errors
    /// Numbers of a kind that is not read, or that the file does not hold.
    pub(super) fn read(&mut self, entry: &Entry) -> Result<TensorData> {
        let named = || format!("the tensor `{}`", shown(&entry.name));
        if let Element::Other(what, _) = entry.element {
            bail!("{}: it holds {what}, which are not read{}", named(), way_out(what));
        }
        let Some((count, extent)) = extent(&entry.shape, &entry.strides) else {
            bail!("{}: impossible sides or strides", named());
        };
        if count == 0 {
            return Ok(TensorData::new(Vec::<f32>::new(), entry.shape.clone()));
        }
        ensure!(count <= extent.max(REPEATED), "{}: {count} numbers made of {extent}", named());
        let bytes = self.range(entry, extent).with_context(named)?;
        let size = entry.element.bytes();
        let number = |index: usize| self.number(entry.element, &bytes[index * size..(index + 1) * size]);
        let mut numbers = Vec::with_capacity(count);
        visit(&entry.shape, &entry.strides, |index| numbers.push(number(index)));
        Ok(TensorData::new(numbers, entry.shape.clone()))
    }

    fn number(&self, element: Element, bytes: &[u8]) -> f32 {
        let mut turned = [0; 8];
        if !self.big_endian {
            return element.single(bytes);
        }
        for (to, from) in turned.iter_mut().zip(bytes.iter().rev()) {
            *to = *from;
        }
        element.single(&turned[..bytes.len()])
    }

    /// The bytes of `extent` numbers from the entry's first.
    fn range(&mut self, entry: &Entry, extent: usize) -> Result<Vec<u8>> {
        let span = *self.spans.get(&entry.key).with_context(|| format!("its numbers (`{}`) are missing", entry.key))?;
        let size = entry.element.bytes();
        let (from, count) = (entry.offset.checked_mul(size), extent.checked_mul(size));
        let (Some(from), Some(count)) = (from, count) else { bail!("it reaches beyond its numbers") };
        let held = span.unpacked.unwrap_or(span.bytes);
        let end = (from as u64).checked_add(count as u64);
        ensure!(end.is_some_and(|end| end <= held), "it needs {count} bytes from {from} on, and there are {held}");
        let whole = from == 0 && count as u64 == held;
        let bytes = match span.unpacked {
            None => part(&mut self.file, span.start + from as u64, count as u64)?,
            Some(_) => {
                let all = unpack(&mut self.file, span, end.unwrap_or(held))?;
                all[from..].to_vec()
            }
        };
        ensure!(!whole || intact(&bytes, span.crc), DAMAGED);
        Ok(bytes)
    }
}

/// What is said of bytes whose checksum is another.
pub(super) const DAMAGED: &str = "the file is damaged: a checksum does not hold";

/// Whether the checksum holds. PyTorch writes 0 where it was told to compute none.
pub(super) fn intact(bytes: &[u8], crc: Option<u32>) -> bool {
    let sum = || {
        let mut crc = Crc::new();
        crc.update(bytes);
        crc.sum()
    };
    crc.is_none_or(|expected| expected == 0 || sum() == expected)
}

/// `count` bytes from `start` on; the file's length was compared before.
pub(super) fn part(file: &mut File, start: u64, count: u64) -> Result<Vec<u8>> {
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes)?;
    ensure!(
        bytes.len() as u64 == count,
        "the file ends before its contents do: it was cut short; download or copy it again"
    );
    Ok(bytes)
}

/// The first `count` bytes of what was deflated.
pub(super) fn unpack(file: &mut File, span: Span, count: u64) -> Result<Vec<u8>> {
    file.seek(SeekFrom::Start(span.start))?;
    let mut bytes = Vec::new();
    DeflateDecoder::new(file.take(span.bytes)).take(count).read_to_end(&mut bytes)?;
    ensure!(
        bytes.len() as u64 == count,
        "the file ends before its contents do: it was cut short; download or copy it again"
    );
    Ok(bytes)
}

/// Numbers of a tensor, and numbers from its first to its last in the storage.
fn extent(shape: &[usize], strides: &[usize]) -> Option<(usize, usize)> {
    let count = shape.iter().try_fold(1usize, |count, side| count.checked_mul(*side))?;
    if count == 0 {
        return Some((0, 0));
    }
    let last = shape
        .iter()
        .zip(strides)
        .try_fold(0usize, |last, (side, stride)| last.checked_add((side - 1).checked_mul(*stride)?))?;
    Some((count, last.checked_add(1)?))
}

/// Calls `each` with the place of every number, the last side's neighbors one after another.
fn visit(shape: &[usize], strides: &[usize], mut each: impl FnMut(usize)) {
    let count: usize = shape.iter().product();
    let (mut place, mut index): (Vec<usize>, usize) = (vec![0; shape.len()], 0);
    for _ in 0..count {
        each(index);
        for side in (0..shape.len()).rev() {
            place[side] += 1;
            index += strides[side];
            if place[side] < shape[side] {
                break;
            }
            index -= strides[side] * shape[side];
            place[side] = 0;
        }
    }
}

/// Row-major strides.
pub(super) fn contiguous(shape: &[usize]) -> Vec<usize> {
    let product = |sides: &[usize]| sides.iter().fold(1usize, |product, side| product.saturating_mul(*side));
    (0..shape.len()).map(|side| product(&shape[side + 1..])).collect()
}

/// A name that can be shown: without what moves a terminal's cursor.
pub(super) fn escape_controls(name: &str) -> Cow<'_, str> {
    if name.chars().any(char::is_control) { Cow::Owned(name.escape_debug().to_string()) } else { Cow::Borrowed(name) }
}

/// Longest name that is shown whole. Those of networks have some fifty letters; a file may hold some of any length.
const LONGEST_SHOWN: usize = 160;

/// A name within a sentence: without what moves a terminal's cursor, and cut where it is longer than any network's.
pub(crate) fn shown(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}… ({} bytes)", escape_controls(&name[..end]), name.len())),
        None => escape_controls(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_length_is_shown_within_a_line() {
        assert_eq!(shown("conv1.weight"), "conv1.weight");
        assert_eq!(shown("a\u{1b}[2J"), "a\\u{1b}[2J");
        let long = shown(&"é".repeat(1 << 15)).into_owned();
        assert!(long.starts_with("éé") && long.ends_with("… (65536 bytes)") && long.len() < 400, "{long}");
    }

    #[test]
    fn strides_decide_where_numbers_lie() {
        let mut places = Vec::new();
        visit(&[2, 3], &[1, 2], |place| places.push(place));
        assert_eq!(places, [0, 2, 4, 1, 3, 5]);
        assert_eq!(extent(&[2, 3], &[1, 2]), Some((6, 6)));
        assert_eq!(extent(&[usize::MAX, 2], &[1, 1]), None);
        assert_eq!(contiguous(&[2, 3, 4]), [12, 4, 1]);
    }
}
