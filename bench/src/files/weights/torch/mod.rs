//! Files of `torch.save`, of every age: [`archive`] (PyTorch 1.6 and later), [`stream`] (0.1.11 to 1.5) and
//! [`early`] (before). All hold a pickle, which [`machine`] follows without calling anything, and storages, whose
//! numbers are read only for the tensors that a network wants. [`mod@write`] writes the present form.

mod archive;
mod contents;
mod early;
mod flatten;
mod foreign;
mod input;
mod known;
mod machine;
mod stream;
mod value;
mod write;

use std::collections::HashMap;
use std::fs::File;

use anyhow::{Result, bail, ensure};

use self::archive::Member;
use self::contents::{PICKLE, contents};
use self::flatten::flatten;
use self::foreign::foreign;
use self::input::Input;
use self::machine::{Table, run};
use self::value::Tensor;
use super::tensor::{Contents, DAMAGED, Span, intact, part, shown, unpack};

pub(super) use write::write;

/// Whether a file that begins so is a stream.
pub(super) fn is_stream(head: &[u8]) -> bool {
    stream::is_stream(head)
}

/// Every tensor of a stream.
///
/// # Errors
/// A stream that was cut short, or a pickle that is refused.
pub(super) fn read_stream(file: File) -> Result<Contents> {
    stream::read(file)
}

/// Every tensor of a TAR archive.
///
/// # Errors
/// An archive of something else, or one that was cut short.
pub(super) fn read_early(file: File) -> Result<Contents> {
    early::read(file)
}

/// Every tensor of a ZIP archive.
///
/// # Errors
/// An archive of something else, or one that was cut short.
pub(super) fn read_archive(mut file: File) -> Result<Contents> {
    let members = archive::members(&mut file)?;
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let is_pickle = |name: &&str| *name == "data.pkl" || name.ends_with("/data.pkl");
    if let Some(what) = foreign(&names).filter(|_| !names.iter().any(is_pickle)) {
        bail!("{what}");
    }
    let pickles = members.iter().filter(|member| is_pickle(&member.name.as_str()));
    // Of several the outermost; of those the first, as PyTorch writes it.
    let Some(pickle) = pickles.min_by_key(|member| member.name.matches('/').count()) else {
        bail!("a ZIP archive, but not one of torch.save: it holds no data.pkl; unpack it, or name another file");
    };
    let folder = pickle.name.strip_suffix("data.pkl").unwrap_or_default();
    let bytes = whole(&mut file, pickle)?;
    let (values, root) = run(&mut Input::new(bytes.as_slice()), &Table::new())?;
    let tensors = flatten(&values, root)?;
    drop(values);
    let named: HashMap<&str, &Member> =
        members.iter().filter_map(|member| Some((member.name.strip_prefix(folder)?, member))).collect();
    let order = named.get("byteorder").map(|member| whole(&mut file, member)).transpose()?;
    let spans = spans(&mut file, &tensors, &named);
    Ok(contents(file, tensors, spans, order.as_deref() == Some(b"big")))
}

/// Where the storages lie that tensors are of.
fn spans(file: &mut File, tensors: &[(String, Tensor)], named: &HashMap<&str, &Member>) -> HashMap<String, Span> {
    let mut spans = HashMap::new();
    for (_, tensor) in tensors {
        let key = &tensor.storage.key;
        if spans.contains_key(key) {
            continue;
        }
        // Whoever needs one that cannot be found is told that it is missing.
        let member = named.get(format!("data/{key}").as_str());
        if let Some(span) = member.and_then(|member| member.span(file).ok()) {
            spans.insert(key.clone(), span);
        }
    }
    spans
}

fn whole(file: &mut File, member: &Member) -> Result<Vec<u8>> {
    let span = member.span(file)?;
    let size = span.unpacked.unwrap_or(span.bytes);
    ensure!(size <= PICKLE, "{} has {size} bytes; no pickle of weights is that large", shown(&member.name));
    let bytes = match span.unpacked {
        Some(size) => unpack(file, span, size)?,
        None => part(file, span.start, span.bytes)?,
    };
    ensure!(intact(&bytes, span.crc), DAMAGED);
    Ok(bytes)
}
