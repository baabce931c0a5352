//! Files of Hugging Face's format: eight bytes with the length of a JSON header, the header, the numbers.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use safetensors::tensor::{Dtype, TensorView};
use serde::Deserialize;
use skipbench_models::State;

use super::element::Element;
use super::tensor::{Contents, Entry, Span, contiguous, part, shown};

/// Largest header that the format allows.
const HEADER: u64 = 100_000_000;

/// What the header says of a tensor.
#[derive(Deserialize)]
struct Described {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

/// Every tensor of a file.
///
/// # Errors
/// A damaged header, or numbers beyond the file's end.
pub(super) fn read(mut file: File) -> Result<Contents> {
    let length = file.metadata()?.len();
    let size = u64::from_le_bytes(part(&mut file, 0, 8)?.try_into().unwrap_or_default());
    ensure!(size <= HEADER && size <= length.saturating_sub(8), "its header is cut short; download or copy it again");
    let header = part(&mut file, 8, size)?;
    let all: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&header).context("its header is damaged")?;
    let (mut entries, mut spans) = (Vec::new(), HashMap::new());
    for (name, described) in all {
        if name == "__metadata__" {
            continue;
        }
        let Described { dtype, shape, data_offsets: (start, end) } = serde_json::from_value(described)
            .with_context(|| format!("its header is damaged at `{}`", shown(&name)))?;
        let data = 8 + size;
        let fits = start <= end && data.checked_add(end).is_some_and(|end| end <= length);
        ensure!(fits, "it was cut short: the numbers of `{}` are missing; download or copy it again", shown(&name));
        spans.insert(name.clone(), Span { start: data + start, bytes: end - start, unpacked: None, crc: None });
        let (key, element, strides) = (name.clone(), Element::of_safetensors(&dtype), contiguous(&shape));
        entries.push((start, Entry { name, key, element, offset: 0, shape, strides }));
    }
    entries.sort_by_key(|(start, _)| *start);
    Ok(Contents { file, entries: entries.into_iter().map(|(_, entry)| entry).collect(), spans, big_endian: false })
}

/// Writes tensors as they are named.
pub(super) fn write(path: &Path, state: &State) -> Result<()> {
    let mut views = Vec::new();
    for (name, data) in state.iter() {
        views.push((name, TensorView::new(Dtype::F32, data.shape().to_vec(), data.as_bytes())?));
    }
    // The word by which PyTorch's libraries know that the layout is theirs.
    let metadata = [("format".to_owned(), "pt".to_owned())].into();
    let ordinary = path.with_extension("mode");
    let permissions = File::create(&ordinary)?.metadata()?.permissions();
    fs::remove_file(ordinary)?;
    safetensors::serialize_to_file(views, Some(metadata), path)?;
    // The crate makes a file that its owner alone may read.
    Ok(fs::set_permissions(path, permissions)?)
}
