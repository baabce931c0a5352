//! Recognizes what other programs do to files of rows. Spreadsheets write other separators and encodings, and version
//! control leaves both sides of a conflict. The error then names that cause instead of the first row that it spoils.

use std::io::Read;
use std::path::Path;

use super::StoreError;
use crate::input;

/// First columns of a file of rows and of one of samples.
const FIRST_COLUMNS: [&str; 2] = ["schema_version", "cell"];

/// Returns the error, or what was done to the file as a whole where that is the cause.
pub(super) fn explain(path: &Path, error: StoreError) -> StoreError {
    let Ok(bytes) = beginning(path) else { return error };
    if let Some(line) = conflict(&bytes) {
        return StoreError::Conflict { path: path.into(), line };
    }
    match resaved(&bytes) {
        Some(how) => StoreError::Resaved { path: path.into(), how },
        None => error,
    }
}

/// Most of a file that is searched. A long one is not held in memory to explain an error.
const LOOKED_THROUGH: u64 = 64 << 20;

fn beginning(path: &Path) -> std::io::Result<Vec<u8>> {
    let (file, _) = input::open(path, u64::MAX)?;
    let mut bytes = Vec::new();
    file.take(LOOKED_THROUGH).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns the line of the first marker of a conflict.
fn conflict(bytes: &[u8]) -> Option<u64> {
    let marker = |line: &[u8]| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        [b'<', b'>', b'=', b'|'].into_iter().any(|sign| {
            line.len() >= 7 && line[..7].iter().all(|byte| *byte == sign) && matches!(line.get(7), None | Some(b' '))
        })
    };
    (1..).zip(bytes.split(|byte| *byte == b'\n')).find(|(_, line)| marker(line)).map(|(number, _)| number)
}

/// Returns how the file was saved, if not as it was written.
fn resaved(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Some("in UTF-16");
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let header = text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let header: Vec<u8> = header.iter().copied().filter(|byte| *byte != b'"').collect();
    let separators = [(b';', "with semicolons"), (b'\t', "with tabs"), (b'|', "with vertical bars")];
    let separated = |sign: u8| {
        FIRST_COLUMNS
            .iter()
            .any(|column| header.strip_prefix(column.as_bytes()).is_some_and(|rest| rest.first() == Some(&sign)))
    };
    separators.into_iter().find(|(sign, _)| separated(*sign)).map(|(_, how)| how)
}
