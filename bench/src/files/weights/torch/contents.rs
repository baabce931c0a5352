//! Holds what every form of these files contains.

use std::collections::HashMap;
use std::fs::File;

use super::value::Tensor;
use crate::files::weights::tensor::{Contents, Entry, Span};

/// Largest pickle, in bytes. That of a large model has a few hundred thousand.
pub(super) const PICKLE: u64 = 1 << 28;

/// Returns the tensors of a file and the spans of their storages.
pub(super) fn contents(
    file: File,
    tensors: Vec<(String, Tensor)>,
    spans: HashMap<String, Span>,
    big_endian: bool,
) -> Contents {
    let entry = |(name, tensor): (String, Tensor)| Entry {
        name,
        key: tensor.storage.key,
        element: tensor.storage.element,
        offset: tensor.storage.first.saturating_add(tensor.offset),
        shape: tensor.shape,
        strides: tensor.strides,
    };
    Contents { file, entries: tensors.into_iter().map(entry).collect(), spans, big_endian }
}
