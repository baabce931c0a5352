//! Says which groups may be shown side by side.

use super::origin::Origin;
use crate::rows::machine::machine;
use crate::rows::record::RunRow;

/// Holds what groups that may be shown side by side, such as in one plot, have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Setting {
    /// Name of the suite.
    pub suite: String,
    /// Name of the data set.
    pub data: String,
    /// Name of the device.
    pub device: String,
    /// Identity of the machine; of what several measured of one plan, and is no time, the plan's.
    pub host: String,
    /// Version of skipbench and, in brackets, the source's revision.
    pub skipbench: String,
    /// Version of Burn.
    pub burn: String,
    /// SHA-256 of the data set's images and labels.
    pub data_sha256: String,
    /// Recipe, as JSON.
    pub recipe: String,
}

impl Setting {
    /// Reads the setting from one row.
    pub(crate) fn of(row: &RunRow) -> Self {
        let Origin { skipbench, burn, .. } = Origin::of(row);
        let host = machine(row).into_owned();
        let RunRow { suite, data, device, data_sha256, recipe, .. } = row;
        let [suite, data, device, data_sha256] = [suite, data, device, data_sha256].map(String::clone);
        let recipe = recipe.to_string();
        Self { suite, data, device, host, skipbench, burn, data_sha256, recipe }
    }
}
