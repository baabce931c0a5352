//! Which groups may stand side by side.

use super::{Group, Identity};
use crate::rows::record::RunRow;

/// What groups that may stand side by side, such as in one plot, have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Setting {
    /// Suite.
    pub suite: String,
    /// Data set.
    pub data: String,
    /// Device.
    pub device: String,
    /// Identity of the machine.
    pub host: String,
    /// Version of skipbench and, in brackets, the source's revision.
    pub skipbench: String,
    /// Version of Burn.
    pub burn: String,
    /// SHA-256 of the data set's images and labels.
    pub data_sha256: String,
    /// The recipe as JSON.
    pub recipe: String,
}

impl Setting {
    /// What one row says of it.
    pub(crate) fn of(row: &RunRow) -> Self {
        Identity::of(row).setting()
    }
}

/// The groups of each setting, in the order of the rows.
pub fn settings(groups: &[Group]) -> Vec<(Setting, Vec<&Group>)> {
    let mut settings: Vec<(Setting, Vec<&Group>)> = Vec::new();
    for group in groups {
        let setting = group.identity.setting();
        match settings.iter_mut().find(|(other, _)| *other == setting) {
            Some((_, groups)) => groups.push(group),
            None => settings.push((setting, vec![group])),
        }
    }
    settings
}
