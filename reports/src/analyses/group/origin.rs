//! Says where numbers come from.

use serde::Serialize;

use crate::rows::command;
use crate::rows::record::{RunRow, Status};
use crate::rows::store::Run;

/// Says where a group's numbers come from: what its rows have in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Origin {
    /// Device, as it names itself.
    pub device_name: String,
    /// Identity of the machine.
    pub host: String,
    /// Version of skipbench and, in brackets, the source's revision.
    pub skipbench: String,
    /// Version of Burn.
    pub burn: String,
    /// Day of the first row.
    pub date: String,
    /// Command, except for the directory that it wrote.
    pub command: String,
}

impl Origin {
    /// Returns every origin of `runs` once, with its device.
    pub fn all(runs: &[Run]) -> Vec<(String, Origin)> {
        let mut origins = Vec::new();
        for row in runs.iter().map(|run| &run.row).filter(|row| row.status == Status::Ok) {
            let origin = (row.device.clone(), Origin::of(row));
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        origins
    }

    pub(crate) fn of(row: &RunRow) -> Self {
        let revision: String = row.git_revision.chars().take(8).collect();
        let dirty = if row.git_dirty == Some(true) { "+" } else { "" };
        Self {
            device_name: row.device_name.clone(),
            host: row.host.clone(),
            skipbench: format!("{} ({revision}{dirty})", row.skipbench_version),
            burn: row.burn_version.clone(),
            date: row.started.chars().take(10).collect(),
            command: command::format_without_output(&row.command),
        }
    }
}
