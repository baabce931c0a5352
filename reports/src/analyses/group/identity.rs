//! Identifies a group as it was run.

use super::origin::Origin;
use super::setting::Setting;
use crate::rows::machine::machine;
use crate::rows::record::RunRow;

/// Identifies a group as it was run: one suite, data set, device and build.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// Name of the suite.
    pub suite: String,
    /// Name of the group in the suite.
    pub group: String,
    /// Name of the data set.
    pub data: String,
    /// Name of the device.
    pub device: String,
    /// Budget that the members are matched in.
    pub budget: String,
    /// Name of the model that they are matched to.
    pub reference: String,
    /// SHA-256 of the data set's images and labels.
    pub data_sha256: String,
    /// Recipe, as JSON.
    pub recipe: String,
    /// Identity of the plan that several machines did shares of; empty where one did it all.
    pub plan: String,
    /// Origin of the numbers. For shares of a plan its machine is the one that timed them.
    pub origin: Origin,
}

impl Identity {
    /// Reads the identity from one row of a group.
    pub(super) fn of(row: &RunRow) -> Self {
        Self {
            suite: row.suite.clone(),
            group: row.group.clone(),
            data: row.data.clone(),
            device: row.device.clone(),
            budget: row.budget.clone(),
            reference: row.reference.clone(),
            data_sha256: row.data_sha256.clone(),
            recipe: row.recipe.to_string(),
            plan: row.plan.clone(),
            origin: Origin { host: machine(row).into_owned(), ..Origin::of(row) },
        }
    }

    /// Returns the part that other groups may share.
    pub(crate) fn setting(&self) -> Setting {
        let Identity { suite, data, device, data_sha256, recipe, origin, .. } = self.clone();
        let Origin { host, skipbench, burn, .. } = origin;
        Setting { suite, data, device, host, skipbench, burn, data_sha256, recipe }
    }
}
