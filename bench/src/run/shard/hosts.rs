//! The machines that worked on a share: `host.toml` names the last one, and `hosts` holds each.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use skipbench_reports::input;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store;

use crate::device::DeviceId;
use crate::run::provenance::Host;
use crate::run::rundir::Plan;

/// Name of the folder with a file for each machine.
pub(crate) const HOSTS: &str = "hosts";

/// Name of the file of the machine that a run is on.
pub(crate) const HOST: &str = "host.toml";

/// Notes that `host` works on the share from now on. Where another one did before, half of what that one timed is
/// forgotten: the two halves could not be put together.
///
/// # Errors
/// If the file system refuses.
pub(crate) fn arrive(dir: &Path, plan: &Plan, host: &Host) -> Result<()> {
    let (text, path) = (toml::to_string(host)?, dir.join(HOST));
    input::ensure_ordinary_if_there(&path).with_context(|| path.display().to_string())?;
    let last = input::text(&path, input::SETTINGS).unwrap_or_default();
    if toml::from_str::<Host>(&last).is_ok_and(|last| last.id != host.id) {
        for planned in plan.cells.iter().filter(|planned| planned.cell.task.is_timed()) {
            // There is none but of what trains to an accuracy.
            let _ = fs::remove_dir_all(dir.join("checkpoints").join(planned.cell.id()));
        }
    }
    write(dir, std::slice::from_ref(host))?;
    if last != text {
        store::replace(&path, &text)?;
    }
    Ok(())
}

/// Writes a file for each machine; a second one of the same identity, after an update, gets `-2`.
///
/// # Errors
/// If the file system refuses.
pub(crate) fn write(dir: &Path, hosts: &[Host]) -> Result<()> {
    let folder = dir.join(HOSTS);
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    for host in hosts {
        let text = toml::to_string(host)?;
        for number in 1.. {
            let nth = if number > 1 { format!("-{number}") } else { String::new() };
            let path = folder.join(format!("{}{nth}.toml", host.id));
            match input::text(&path, input::SETTINGS) {
                Ok(there) if there == text => break,
                Ok(_) => {}
                Err(_) => {
                    input::ensure_ordinary_if_there(&path).with_context(|| path.display().to_string())?;
                    store::replace(&path, &text)?;
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Every machine that worked in `dir`.
///
/// # Errors
/// A file that cannot be read.
pub(crate) fn read(dir: &Path) -> Result<Vec<Host>> {
    let Ok(entries) = fs::read_dir(dir.join(HOSTS)) else { return Ok(Vec::new()) };
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    let host = |path: &std::path::PathBuf| {
        let text = input::text(path, input::SETTINGS).with_context(|| path.display().to_string())?;
        toml::from_str(&text).with_context(|| format!("{}: damaged", path.display()))
    };
    paths.iter().map(host).collect()
}

/// Cells whose rows are of no use on `host`: of what is compared in time a part is still to do, and another machine
/// measured some of it.
pub(crate) fn left_behind(plan: &Plan, rows: &[RunRow], host: &str) -> HashSet<String> {
    let mut units: HashMap<(&str, DeviceId), Vec<String>> = HashMap::new();
    for cell in plan.cells.iter().map(|planned| &planned.cell).filter(|cell| cell.task.is_timed()) {
        units.entry((&cell.group, cell.device)).or_default().push(cell.id());
    }
    let by_cell: HashMap<&str, &RunRow> = rows.iter().map(|row| (row.cell.as_str(), row)).collect();
    let row = |id: &String| by_cell.get(id.as_str()).copied();
    let lost = |ids: &Vec<String>| {
        ids.iter().any(|id| row(id).is_none()) && ids.iter().filter_map(row).any(|row| row.host != host)
    };
    units.into_values().filter(lost).flatten().collect()
}
