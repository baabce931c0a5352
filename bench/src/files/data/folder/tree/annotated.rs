//! Tiny ImageNet's own layout of its validation images.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::Path;

use skipbench_reports::analyses::quantity::format_number_of;

use super::super::super::{DataError, regular};
use super::listing::{Listed, Listing};
use super::walk::below;

/// Tiny ImageNet's list of its validation images: a file's name, its class, and a box.
const ANNOTATIONS: &str = "val_annotations.txt";

/// Tiny ImageNet's validation images: all in one folder, their classes in a list.
pub(super) fn annotated(dir: &Path) -> Result<Option<Listing>, DataError> {
    let list = dir.join(ANNOTATIONS);
    if !list.is_file() {
        return Ok(None);
    }
    let mut file = regular::open(&list)?;
    let text = file.read(1 << 28).map_err(|source| DataError::io(&list, source))?;
    let text = String::from_utf8_lossy(&text);
    let mut class_of: HashMap<&OsStr, &OsStr> = HashMap::new();
    for line in text.lines() {
        let mut words = line.split('\t');
        if let (Some(name), Some(class)) = (words.next(), words.next()) {
            class_of.insert(OsStr::new(name), OsStr::new(class.trim()));
        }
    }
    let (mut classes, mut unlisted): (BTreeMap<OsString, Vec<Listed>>, usize) = (BTreeMap::new(), 0);
    let images = dir.join("images");
    for listed in below(if images.is_dir() { &images } else { dir })? {
        let (Listed::File(path) | Listed::Dangling(path) | Listed::Special(path)) = &listed else { continue };
        let name = path.file_name().unwrap_or_default();
        match class_of.get(name) {
            Some(class) => classes.entry(OsString::from(class)).or_default().push(listed),
            None if name == ANNOTATIONS => {}
            None => unlisted += 1,
        }
    }
    let mut notes = vec![format!("{}: classes are taken from {ANNOTATIONS}", dir.display())];
    if unlisted > 0 {
        notes.push(format!(
            "{}: skipped {} that {ANNOTATIONS} does not name",
            dir.display(),
            format_number_of(unlisted, "file")
        ));
    }
    Ok(Some(Listing { dir: dir.into(), classes, annotated: true, notes }))
}
