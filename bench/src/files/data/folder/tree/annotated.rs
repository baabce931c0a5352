//! Tiny ImageNet's own layout of its validation images.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use skipbench_reports::analyses::quantity::format_number_of;

use super::super::super::{DataError, regular};
use super::listing::{Annotations, Listed, Listing};
use super::walk::below;
use crate::files::mistaken::mistaken;

/// Tiny ImageNet's list of its validation images: a file's name, its class, and a box.
const ANNOTATIONS: &str = "val_annotations.txt";

/// Tiny ImageNet's validation images: all in one folder, their classes in a list.
///
/// # Errors
/// A list of something else, by its line.
pub(super) fn annotated(dir: &Path) -> Result<Option<Listing>, DataError> {
    let list = dir.join(ANNOTATIONS);
    if !list.is_file() {
        return Ok(None);
    }
    let mut file = regular::open(&list)?;
    let bytes = file.read(1 << 28).map_err(|source| DataError::io(&list, source))?;
    if let Some(what) = mistaken(&bytes[..bytes.len().min(512)]) {
        return Err(DataError::corrupt(&list, what, EXPECTED));
    }
    let text = String::from_utf8_lossy(&bytes);
    let lines = lines(&list, text.trim_start_matches('\u{feff}'))?;
    let mut annotations = Annotations { list, lines: HashMap::new() };
    for (class, line) in lines.values() {
        let first = annotations.lines.entry((*class).to_owned()).or_insert(*line);
        *first = (*first).min(*line);
    }
    let (classes, counts) = sorted(dir, &lines)?;
    if classes.is_empty() {
        let found = format!("none of the {} images that it names is there", lines.len());
        return Err(DataError::corrupt(&annotations.list, found, format!("them in {}", dir.join("images").display())));
    }
    let notes = counts.notes(dir);
    Ok(Some(Listing { dir: dir.into(), classes, annotations: Some(annotations), notes }))
}

const EXPECTED: &str = "a line for each image: its name, a tab, its class";

/// The class of each file, and the line that says it.
fn lines<'a>(list: &Path, text: &'a str) -> Result<HashMap<&'a OsStr, (&'a OsStr, usize)>, DataError> {
    let mut lines: HashMap<&OsStr, (&OsStr, usize)> = HashMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let broken = |found: String| DataError::corrupt(list, format!("line {}: {found}", index + 1), EXPECTED);
        let mut words = line.split('\t').map(str::trim);
        let (name, class) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if name.is_empty() || class.is_empty() || class.contains(['/', '\\']) || class.starts_with('.') {
            return Err(broken(format!("`{}`", excerpt(line))));
        }
        let earlier = lines.insert(OsStr::new(name), (OsStr::new(class), index + 1));
        if let Some((other, line)) = earlier.filter(|(other, _)| *other != class) {
            let (name, other) = (excerpt(name), excerpt(&other.to_string_lossy()));
            return Err(broken(format!("{name} is of the class {}, and in line {line} of {other}", excerpt(class))));
        }
    }
    if lines.is_empty() {
        return Err(DataError::corrupt(list, "no line that names an image", EXPECTED));
    }
    Ok(lines)
}

/// The beginning of a line, on one.
fn excerpt(line: &str) -> String {
    let start: String = line.chars().take(60).collect();
    let more = if start.len() < line.len() { "…" } else { "" };
    format!("{}{more}", start.escape_debug())
}

/// Files and lines that do not go together.
struct Counts {
    unlisted: usize,
    absent: usize,
}

type Classes = BTreeMap<OsString, Vec<Listed>>;

/// The files of the folder by the classes of the list.
fn sorted(dir: &Path, lines: &HashMap<&OsStr, (&OsStr, usize)>) -> Result<(Classes, Counts), DataError> {
    let (mut classes, mut unlisted, mut listed) = (Classes::new(), 0, 0);
    let images: PathBuf = dir.join("images");
    for file in below(if images.is_dir() { &images } else { dir })? {
        let (Listed::File(path) | Listed::Dangling(path) | Listed::Special(path)) = &file else { continue };
        let name = path.file_name().unwrap_or_default();
        match lines.get(name) {
            Some((class, _)) => {
                classes.entry(OsString::from(class)).or_default().push(file);
                listed += 1;
            }
            None if name == ANNOTATIONS => {}
            None => unlisted += 1,
        }
    }
    Ok((classes, Counts { unlisted, absent: lines.len().saturating_sub(listed) }))
}

impl Counts {
    fn notes(&self, dir: &Path) -> Vec<String> {
        let dir = dir.display();
        let mut notes = vec![format!("{dir}: classes are taken from {ANNOTATIONS}")];
        if self.unlisted > 0 {
            let files = format_number_of(self.unlisted, "file");
            notes.push(format!("{dir}: skipped {files} that {ANNOTATIONS} does not name"));
        }
        if self.absent > 0 {
            let files = format_number_of(self.absent, "file");
            notes.push(format!("{dir}: {ANNOTATIONS} names {files} that the folder does not hold"));
        }
        notes
    }
}
