//! The ZIP archive that `torch.save` has written since PyTorch 1.6. Its directory is read as PKWARE's APPNOTE 6.3.10
//! says (sections 4.3.7 to 4.3.16): the record of 64 bits is found by its locator, whatever the length of the archive's
//! name.

use std::fs::File;

use anyhow::{Context, Result, bail, ensure};

use crate::files::weights::tensor::{Span, part, shown};

/// An entry of the directory.
pub(super) struct Member {
    pub(super) name: String,
    span: Span,
    stored: bool,
    deflated: bool,
    encrypted: bool,
}

/// Bytes of the end record, and the most that a comment adds.
const END: usize = 22;
const COMMENT: usize = 65_535;

/// Every member of the archive.
///
/// # Errors
/// A file that is no archive, or was cut short.
pub(super) fn members(file: &mut File) -> Result<Vec<Member>> {
    let length = file.metadata()?.len();
    let tail = length.min((END + COMMENT) as u64);
    let bytes = part(file, length - tail, tail)?;
    let last = |exact| (0..bytes.len().saturating_sub(END - 1)).rev().find(|at| is_end(&bytes[*at..], exact));
    // Copies may be filled up behind the archive, which PyTorch passes over too.
    let Some(at) = last(true).or_else(|| last(false)) else {
        bail!("a ZIP archive without its directory: it was cut short; download or copy it again")
    };
    let (end, place) = (&bytes[at..], length - tail + at as u64);
    let (mut size, mut start) = (u64::from(u32_at(end, 12)?), u64::from(u32_at(end, 16)?));
    // The directory ends where the end record begins, whatever stands before the archive.
    let mut base = place.checked_sub(size).and_then(|from| from.checked_sub(start));
    if let Some(wide) = wide_record(file, place)? {
        (size, start) = (wide.size, wide.start);
        base = wide.at.checked_sub(size).and_then(|from| from.checked_sub(start));
    }
    let base = base.context(
        "a ZIP archive whose directory is not where it should be: it was cut short; download or copy it again",
    )?;
    let directory = part(file, base + start, size)?;
    parse(&directory, base)
}

/// Whether an end record begins here, and nothing follows its comment if that is asked for.
fn is_end(bytes: &[u8], exact: bool) -> bool {
    let comment = bytes.get(20..22).map(|length| usize::from(u16::from_le_bytes([length[0], length[1]])));
    let fits =
        comment.is_some_and(|length| if exact { length == bytes.len() - END } else { length <= bytes.len() - END });
    bytes.starts_with(b"PK\x05\x06") && fits
}

/// The end record of 64 bits: where it is, and the directory's size and start.
struct Wide {
    at: u64,
    size: u64,
    start: u64,
}

fn wide_record(file: &mut File, end: u64) -> Result<Option<Wide>> {
    const LOCATOR: u64 = 20;
    const RECORD: u64 = 56;
    let Some(place) = end.checked_sub(LOCATOR) else { return Ok(None) };
    let locator = part(file, place, LOCATOR)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    // Where something stands before the archive, the record lies further on than its locator says.
    let near = place.checked_sub(RECORD);
    for at in [Some(u64_at(&locator, 8)?), near].into_iter().flatten() {
        if at.checked_add(RECORD).is_some_and(|after| after <= place) {
            let record = part(file, at, RECORD)?;
            if record.starts_with(b"PK\x06\x06") {
                return Ok(Some(Wide { at, size: u64_at(&record, 40)?, start: u64_at(&record, 48)? }));
            }
        }
    }
    bail!("a ZIP archive whose record of 64 bits is missing")
}

fn parse(directory: &[u8], base: u64) -> Result<Vec<Member>> {
    let mut members = Vec::new();
    let mut rest = directory;
    while rest.starts_with(b"PK\x01\x02") {
        let (name, extra, comment) = (u16_at(rest, 28)?, u16_at(rest, 30)?, u16_at(rest, 32)?);
        let after = 46 + name + extra + comment;
        let record = rest.get(..after).context("a ZIP archive whose directory is damaged")?;
        members.push(member(record, name, extra, base)?);
        rest = &rest[after..];
    }
    ensure!(rest.is_empty() || rest.starts_with(b"PK\x05\x05"), "a ZIP archive whose directory is damaged");
    Ok(members)
}

fn member(record: &[u8], name: usize, extra: usize, base: u64) -> Result<Member> {
    let (flags, method) = (u16_at(record, 8)?, u16_at(record, 10)?);
    let sides = [u32_at(record, 24)?, u32_at(record, 20)?, u32_at(record, 42)?].map(u64::from);
    let [unpacked, bytes, header] = widened(sides, &record[46 + name..46 + name + extra])?;
    let (stored, deflated) = (method == 0, method == 8);
    let span = Span {
        start: base.checked_add(header).context("a ZIP archive whose directory is damaged")?,
        bytes,
        unpacked: deflated.then_some(unpacked),
        crc: Some(u32_at(record, 16)?),
    };
    let name = String::from_utf8_lossy(&record[46..46 + name]).into_owned();
    Ok(Member { name, span, stored, deflated, encrypted: flags & 1 != 0 })
}

/// Numbers that need 64 bits stand in the extra field of kind 1, in this order.
fn widened(mut sides: [u64; 3], mut extra: &[u8]) -> Result<[u64; 3]> {
    while extra.len() >= 4 {
        let (kind, length) = (u16_at(extra, 0)?, u16_at(extra, 2)?);
        let Some(field) = extra.get(4..4 + length) else { break };
        if kind == 1 {
            let mut at = 0;
            for side in sides.iter_mut().filter(|side| **side == u64::from(u32::MAX)) {
                *side = u64_at(field, at)?;
                at += 8;
            }
        }
        extra = &extra[4 + length..];
    }
    Ok(sides)
}

impl Member {
    /// Where its bytes lie: behind a header of its own, whose length is not in the directory.
    ///
    /// # Errors
    /// What is encrypted, packed by another method than deflate, or beyond the file's end.
    pub(super) fn span(&self, file: &mut File) -> Result<Span> {
        ensure!(!self.encrypted, "it is encrypted; unpack it first");
        ensure!(
            self.stored || self.deflated,
            "{} is packed by a method that cannot be read; pack it anew with zip or torch.save",
            shown(&self.name)
        );
        let header = part(file, self.span.start, 30)?;
        ensure!(header.starts_with(b"PK\x03\x04"), "a ZIP archive whose members are not where it says");
        let start = self.span.start + 30 + (u16_at(&header, 26)? + u16_at(&header, 28)?) as u64;
        let fits =
            start.checked_add(self.span.bytes).is_some_and(|end| end <= file.metadata().map_or(0, |meta| meta.len()));
        ensure!(fits, "the file ends before its contents do: it was cut short; download or copy it again");
        Ok(Span { start, ..self.span })
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Result<usize> {
    Ok(usize::from(u16::from_le_bytes(array_at(bytes, at)?)))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32> {
    Ok(u32::from_le_bytes(array_at(bytes, at)?))
}

fn u64_at(bytes: &[u8], at: usize) -> Result<u64> {
    Ok(u64::from_le_bytes(array_at(bytes, at)?))
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    let part = bytes.get(at..).and_then(|rest| rest.first_chunk());
    part.copied().context("a ZIP archive whose directory is damaged")
}
