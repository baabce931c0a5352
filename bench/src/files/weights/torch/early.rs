//! Reads what `torch.save` wrote at first (PyTorch 0.1.1): a TAR of `storages`, `tensors` over them, and a `pickle`
//! that names the tensors by their numbers.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use anyhow::{Context, Result, ensure};

use super::contents::{PICKLE, contents};
use super::flatten::flatten;
use super::input::Input;
use super::machine::{Table, run};
use super::value::{Id, Storage, Tensor, Value, Values};
use crate::files::weights::element::Element;
use crate::files::weights::tensor::{Contents, Span};

/// Maps each member to where it is in the file.
type Members = HashMap<String, (u64, u64)>;

/// Reads every tensor of the archive.
///
/// # Errors
/// Returns an error for an archive of something else, or one that was cut short.
pub(super) fn read(file: File) -> Result<Contents> {
    let members = members(&file)?;
    let [storages, tensors, pickle] = ["storages", "tensors", "pickle"].map(|name| members.get(name).copied());
    let (Some(storages), Some(tensors), Some(pickle)) = (storages, tensors, pickle) else {
        anyhow::bail!("a TAR archive of other files; unpack it (tar -xf) and name the file of weights in it")
    };
    let (storages, spans) = read_storages(&file, storages)?;
    let table = read_tensors(&file, tensors, &storages)?;
    let (values, root) = run(&mut within(&file, pickle)?, &table)?;
    let tensors = flatten(&values, root)?;
    Ok(contents(file, tensors, spans, false))
}

fn members(mut file: &File) -> Result<Members> {
    file.seek(SeekFrom::Start(0))?;
    let mut archive = tar::Archive::new(file);
    let mut members = Members::new();
    for entry in archive.entries_with_seek()? {
        let entry =
            entry.map_err(|_| anyhow::anyhow!("a TAR archive that was cut short; download or copy it again"))?;
        let name = entry.path_bytes();
        let name = String::from_utf8_lossy(&name).trim_start_matches("./").to_owned();
        members.insert(name, (entry.raw_file_position(), entry.size()));
    }
    Ok(members)
}

/// Opens a member to be read from its first byte.
fn within(mut file: &File, (start, bytes): (u64, u64)) -> Result<Input<impl Read + '_>> {
    file.seek(SeekFrom::Start(start))?;
    Ok(Input::new(BufReader::new(file).take(bytes.min(PICKLE))))
}

/// Reads the storages: a number and that many times a pickle of (key, place, class), a count and the numbers, followed
/// by a pickle of views.
fn read_storages(file: &File, member: (u64, u64)) -> Result<(HashMap<String, Storage>, HashMap<String, Span>)> {
    // Larger than any pickle: the numbers are in it.
    let mut input = {
        let mut reader = file;
        reader.seek(SeekFrom::Start(member.0))?;
        Input::new(BufReader::new(reader).take(member.1))
    };
    let (mut storages, mut spans) = (HashMap::new(), HashMap::new());
    for _ in 0..number(&mut input)? {
        let (values, root) = run(&mut input, &Table::new())?;
        let (key, element) = key_and_class(&values, root).context("a storage without a name or class")?;
        ensure!(element.bytes() > 0, "a storage of an unknown kind");
        let bytes = input.length()?.checked_mul(element.bytes() as u64).context("a storage of impossible size")?;
        let start = member.0 + input.position();
        input.skip(bytes)?;
        spans.insert(key.clone(), Span { start, bytes, unpacked: None, crc: None });
        storages.insert(key.clone(), Storage { key, element, first: 0 });
    }
    let (values, views) = run(&mut input, &Table::new())?;
    for view in values.sequence(views).unwrap_or_default() {
        if let Some((key, storage)) = view_of(&values, *view, &storages) {
            storages.insert(key, storage);
        }
    }
    Ok((storages, spans))
}

fn number<R: Read>(input: &mut Input<R>) -> Result<usize> {
    let (values, root) = run(input, &Table::new())?;
    values.number(root).context("a number is missing")
}

/// Reads `(key, place, class)`.
fn key_and_class(values: &Values, root: Id) -> Option<(String, Element)> {
    let [key, _, class] = values.sequence(root)? else { return None };
    let Value::Global(class) = values.get(*class) else { return None };
    Some((values.storage_key(*key)?, Element::of_storage(&class.name)))
}

/// Reads `(key, the storage's key, first, count)`.
fn view_of(values: &Values, view: Id, storages: &HashMap<String, Storage>) -> Option<(String, Storage)> {
    let [key, of, first, _] = values.sequence(view)? else { return None };
    let storage = storages.get(&values.storage_key(*of)?)?;
    Some((values.storage_key(*key)?, Storage { first: values.number(*first)?, ..storage.clone() }))
}

/// Reads the tensors: a number and that many times a pickle of (key, storage, class), then sides, strides and offset as
/// integers.
fn read_tensors(file: &File, member: (u64, u64), storages: &HashMap<String, Storage>) -> Result<Table> {
    let mut input = within(file, member)?;
    let mut table = Table::new();
    for (key, storage) in storages {
        table.insert(key.clone(), Value::Storage(storage.clone()));
    }
    for _ in 0..number(&mut input)? {
        let (values, root) = run(&mut input, &Table::new())?;
        let Some([key, storage, _]) = values.sequence(root) else { anyhow::bail!("a tensor without a name") };
        let key = values.storage_key(*key).context("a tensor without a name")?;
        let storage = values.storage_key(*storage).and_then(|key| storages.get(&key)).cloned();
        let dimensions = u64::from_le_bytes(input.array()?) & u64::from(u32::MAX);
        ensure!(dimensions <= 16, "a tensor of {dimensions} dimensions");
        let sides =
            |input: &mut Input<_>| (0..dimensions).map(|_| Ok(input.length()? as usize)).collect::<Result<Vec<_>>>();
        let (shape, strides) = (sides(&mut input)?, sides(&mut input)?);
        let offset = input.length()? as usize;
        if let Some(storage) = storage {
            table.insert(key, Value::Tensor(Tensor { storage, offset, shape, strides }));
        }
    }
    Ok(table)
}
