//! What this program asks a child process of itself: about images, about devices and whether one computes right. So the
//! parent stays small and opens nothing.

use std::collections::HashSet;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::plan::PlannedCell;
use crate::data::{Source, Summary};
use crate::device::{Backend, Choice, DeviceError, DeviceId, Found, automatic, explain_automatic};
use crate::selftest::Numerics;

/// Asks a child process of this same program, and gives what it answers as JSON; `note` hears its notes too.
fn ask<T: DeserializeOwned>(arguments: &[String], note: &dyn Fn(&str)) -> Result<T> {
    let program = std::env::current_exe().context("finding this program")?;
    let output = Command::new(program).args(arguments).output().context("starting this program again")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{}", errors.trim().trim_start_matches("error: "));
    }
    errors.lines().filter(|line| line.starts_with("note: ")).for_each(note);
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// What the images are.
///
/// # Errors
/// If they cannot be read.
pub(super) fn summary(source: &Source, note: &dyn Fn(&str)) -> Result<Summary> {
    let mut arguments = ["data", "check", "--json"].map(str::to_owned).to_vec();
    arguments.extend(source.words());
    let Checked { summary, missing } = ask(&arguments, note)?;
    missing.map_or(Ok(summary), |missing| Err(anyhow!("{missing}")))
}

/// What `data check` answers.
#[derive(Deserialize)]
struct Checked {
    #[serde(flatten)]
    summary: Summary,
    /// The half that is not there.
    missing: Option<String>,
}

/// Turns words into devices that are here; `note` hears what `auto` took.
///
/// # Errors
/// A word that is no device, or a device that is not here.
pub(crate) fn devices(words: &[String], note: &dyn Fn(&str)) -> Result<Vec<DeviceId>> {
    let found: Vec<Found> = ask(&["devices".to_owned(), "--json".to_owned()], note)?;
    let mut devices = Vec::new();
    for word in words {
        let id = match word.parse::<Choice>()? {
            Choice::Exact(id) => here(id, &found)?,
            Choice::Auto => {
                let chosen = automatic(&found).context("this build has no CPU backend and no GPU is visible")?;
                note(&explain_automatic(chosen, &found));
                chosen.id
            }
        };
        if !devices.contains(&id) {
            devices.push(id);
        }
    }
    Ok(devices)
}

fn here(id: DeviceId, found: &[Found]) -> Result<DeviceId, DeviceError> {
    if !id.backend.compiled() {
        return Err(DeviceError::NotCompiled(id.backend));
    }
    let count = found.iter().filter(|device| device.id.backend == id.backend).count();
    if id.index < count { Ok(id) } else { Err(DeviceError::Absent { id, found: count }) }
}

/// Refuses to run `cells` on devices that do not compute as the CPU does by Burn's kernels. Each is asked once for
/// every way of computing that the cells ask of it.
///
/// # Errors
/// If one computes wrong, or cannot be asked.
pub(super) fn check(cells: &[PlannedCell], note: &dyn Fn(&str)) -> Result<()> {
    let mut checked = HashSet::new();
    for cell in cells.iter().map(|planned| &planned.cell) {
        for numerics in Numerics::of(cell) {
            if checked.insert((cell.device, numerics)) {
                check_device(cell.device, numerics, note)?;
            }
        }
    }
    Ok(())
}

fn check_device(id: DeviceId, numerics: Numerics, note: &dyn Fn(&str)) -> Result<()> {
    if !Backend::Flex.compiled() {
        note(&format!("{id}: not checked, for this build lacks the feature flex, with which it would be compared"));
        return Ok(());
    }
    let (device, kernels, precision) = (id.to_string(), numerics.kernels.word(), numerics.precision.word());
    let words = ["devices", "--json", "--check", &device, "--kernels", kernels, "--precision", precision];
    ask::<serde_json::Value>(&words.map(str::to_owned), note).map(drop)
}
