//! Asks a child process of this program about images, about devices and whether one computes correctly. The parent thus
//! stays small and opens nothing.

use std::collections::HashSet;
use std::io::Read;
use std::process::{Child, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::death::{ANSWER, Death};
use super::plan::PlannedCell;
use crate::device::{Backend, Choice, DeviceError, DeviceId, Found, automatic, explain_automatic};
use crate::files::data::{Source, Summary};
use crate::run::selftest::Numerics;
use crate::system::interrupt::{Interrupted, STOP};
use crate::system::{executable, process};
use crate::tasks::worker;

/// Asks a child process of this program, and returns its answer as JSON. `note` receives its notes too.
fn ask<T: DeserializeOwned>(arguments: &[String], note: &dyn Fn(&str)) -> Result<T> {
    let mut command = executable::own()?.command()?;
    command.args(arguments).env(worker::FOLLOWS, std::process::id().to_string());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A Ctrl-C in the terminal goes to the parent alone, which then ends the child.
    process::in_own_group(&mut command);
    let mut child = command.spawn().context("starting this program again")?;
    let (answer, errors) = (child.stdout.take().map(read), child.stderr.take().map(read));
    let ended = wait(&mut child);
    let text = |pipe: Option<JoinHandle<Vec<u8>>>| pipe.and_then(|pipe| pipe.join().ok()).unwrap_or_default();
    let (answer, errors) = (text(answer), text(errors));
    let errors = String::from_utf8_lossy(&errors);
    let ended = ended?;
    match ended.code() {
        Some(0) => {}
        // What it says itself; else it died.
        Some(2) if !errors.trim().is_empty() => bail!("{}", errors.trim().trim_start_matches("error: ")),
        _ => {
            let died = Death { status: Some(ended), errors: &errors, owed: ANSWER, memory_limit_bytes: None };
            bail!("`skipbench {}` {}", arguments.join(" "), died.sentence())
        }
    }
    errors.lines().filter(|line| line.starts_with("note: ")).for_each(note);
    Ok(serde_json::from_slice(&answer)?)
}

/// Reads everything that comes out of `pipe`.
fn read(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is all that there is.
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

/// Waits for a child's end, which a Ctrl-C causes.
fn wait(child: &mut Child) -> Result<std::process::ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if STOP.soon() {
            let _ = child.kill();
            let _ = child.wait();
            return Err(Interrupted.into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Returns what the images are.
///
/// # Errors
/// Returns an error if they cannot be read.
pub(super) fn summary(source: &Source, note: &dyn Fn(&str)) -> Result<Summary> {
    let mut arguments = ["data", "check", "--json"].map(str::to_owned).to_vec();
    arguments.extend(source.words());
    let Checked { summary, missing } = ask(&arguments, note)?;
    missing.map_or(Ok(summary), |missing| Err(anyhow!("{missing}")))
}

/// Answer of `data check`.
#[derive(Deserialize)]
struct Checked {
    #[serde(flatten)]
    summary: Summary,
    /// Name of the half that is missing.
    missing: Option<String>,
}

/// Turns words into devices that are present. `note` receives what `auto` chose.
///
/// # Errors
/// Returns an error for a word that is no device, or a device that is not present.
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

/// Refuses to run `cells` on devices that do not compute as the CPU does by Burn's kernels. Each device is asked once
/// for every way of computing that the cells need.
///
/// # Errors
/// Returns an error if one computes incorrectly, or cannot be asked.
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
        note(&format!("{id}: not checked, because this build lacks the feature flex, with which it would be compared"));
        return Ok(());
    }
    let (device, kernels, precision) = (id.to_string(), numerics.kernels.word(), numerics.precision.word());
    let words = ["devices", "--json", "--check", &device, "--kernels", kernels, "--precision", precision];
    ask::<serde_json::Value>(&words.map(str::to_owned), note).map(drop)
}
