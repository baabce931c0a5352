//! What the folders of a half hold.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::PathBuf;

/// What is below a class.
#[derive(Clone)]
pub(in super::super) enum Listed {
    /// The class's own folder.
    Class(PathBuf),
    File(PathBuf),
    /// A link that leads nowhere.
    Dangling(PathBuf),
    /// A device, pipe or socket.
    Special(PathBuf),
}

/// A half before its classes are compared with the other's.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) dir: PathBuf,
    pub(super) classes: BTreeMap<OsString, Vec<Listed>>,
    /// Where classes come from a list of images, so that one without images is not there.
    pub(super) annotations: Option<Annotations>,
    pub(super) notes: Vec<String>,
}

/// A list of images and their classes.
pub(super) struct Annotations {
    pub(super) list: PathBuf,
    /// Where each class is named first.
    pub(super) lines: HashMap<OsString, usize>,
}
