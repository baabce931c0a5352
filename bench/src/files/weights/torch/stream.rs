//! Reads what `torch.save` wrote before PyTorch 1.6. The stream has pickles one after another: a number that marks the
//! format, its version, facts about the machine, the object, and the names of its storages. Then come the storages, in
//! the order of those names.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use anyhow::{Context, Result};

use super::contents::{PICKLE, contents};
use super::flatten::flatten;
use super::input::Input;
use super::machine::{Table, run};
use super::value::{Id, Tensor, Values};
use crate::files::weights::element::Element;
use crate::files::weights::tensor::{Contents, Span};

/// Number that marks the format, 0x1950a86a20f9469cfc6c, as pickles of protocol 2 and later write it.
const MAGIC: &[u8] = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

/// Returns whether a file that begins with these bytes is a stream. From protocol 4 on a frame's nine bytes precede the
/// number.
pub(super) fn is_stream(head: &[u8]) -> bool {
    let framed = head.get(2) == Some(&0x95);
    let number = head.get(if framed { 11 } else { 2 }..).unwrap_or_default();
    matches!(head, [0x80, 2..=5, ..]) && number.starts_with(MAGIC)
}

/// Reads every tensor of the stream.
///
/// # Errors
/// Returns an error for a stream that was cut short, or a pickle that is refused.
pub(super) fn read(mut file: File) -> Result<Contents> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(0))?;
    let mut input = Input::new(BufReader::new(&file).take(length.min(PICKLE)));
    for _ in 0..3 {
        run(&mut input, &Table::new())?;
    }
    let (values, root) = run(&mut input, &Table::new())?;
    let tensors = flatten(&values, root)?;
    drop(values);
    let (keys, list) = run(&mut input, &Table::new()).context("the list of its storages")?;
    let start = input.position();
    let spans = spans(&mut file, start, &storages(&keys, list), &elements(&tensors))?;
    Ok(contents(file, tensors, spans, false))
}

fn storages(values: &Values, list: Id) -> Vec<String> {
    values.sequence(list).unwrap_or_default().iter().filter_map(|key| values.storage_key(*key)).collect()
}

fn elements(tensors: &[(String, Tensor)]) -> HashMap<&str, Element> {
    tensors.iter().map(|(_, tensor)| (tensor.storage.key.as_str(), tensor.storage.element)).collect()
}

/// Each storage is a count of numbers and the numbers. Where the kind of one is unknown, and with it its length, those
/// behind it cannot be found; whoever needs one of them is told that it is missing.
fn spans(
    file: &mut File,
    start: u64,
    keys: &[String],
    elements: &HashMap<&str, Element>,
) -> Result<HashMap<String, Span>> {
    let length = file.metadata()?.len();
    let (mut spans, mut at) = (HashMap::new(), start);
    for key in keys {
        let Some(size) = elements.get(key.as_str()).map(|element| element.bytes()).filter(|size| *size > 0) else {
            break;
        };
        file.seek(SeekFrom::Start(at))?;
        let bytes = Input::new(&mut *file).length()?.checked_mul(size as u64);
        let span = bytes.and_then(|bytes| Some((bytes, at.checked_add(8)?.checked_add(bytes)?)));
        let (bytes, end) = span
            .filter(|(_, end)| *end <= length)
            .context("it was cut short: a storage is missing; download or copy it again")?;
        spans.insert(key.clone(), Span { start: at + 8, bytes, unpacked: None, crc: None });
        at = end;
    }
    Ok(spans)
}
