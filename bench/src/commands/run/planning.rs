//! From a suite and the command line to a plan. Images and devices are looked at by child processes, so that this one stays
//! small and opens nothing.

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use skipbench_models::Images;

use super::super::note;
use super::RunArgs;
use crate::check::Way;
use crate::data::{Settings, Source, Summary, dir_from_environment};
use crate::device::{Backend, Choice, DeviceError, DeviceId, Found, automatic, explain_automatic};
use crate::group::{Group, resolve};
use crate::plan::{self, Context as PlanContext, Planned};
use crate::provenance::Host;
use crate::rounds::Goal;
use crate::rundir::{self, Plan};
use crate::suite::{Keys, Suite, repeated};

/// Seconds after which no further round begins, unless the command line says otherwise.
const MAX_TIME_S: u64 = 600;

/// Reads the suite, asks child processes for images and devices, and plans.
pub(super) fn plan(arguments: &RunArgs, host: &Host) -> Result<(PathBuf, Plan)> {
    let suite = Suite::load(&arguments.suite)?;
    let shared = &arguments.shared;
    let source = source(&suite, shared.data.as_deref())?;
    let data = summary(&source).or_else(|error| expected(&source, error, shared.list));
    let data = data.with_context(|| format!("{}: data", suite.file))?;
    let groups = resolve(&suite, data.images)?;
    let images = every_size(&groups, (source, data))?;
    let threads = shared.threads.map_or(host.logical_cpus.max(1), usize::from);
    let context = PlanContext {
        images,
        devices: devices(if shared.device.is_empty() { &suite.keys.devices } else { &shared.device })?,
        seeds: seeds(&suite, &shared.seeds)?,
        aa: arguments.aa || suite.keys.aa,
        jobs: shared.jobs.map_or(suite.keys.jobs, usize::from).min(threads),
        threads,
    };
    let kept = |planned: &Planned| shared.filter.as_ref().is_none_or(|filter| plan::matches(&planned.cell, filter));
    let (cells, left_out): (Vec<Planned>, Vec<Planned>) =
        plan::plan(&suite, &groups, &context).into_iter().partition(kept);
    let left_out = left_out.iter().map(|planned| plan::path(&planned.cell)).collect();
    for Planned { cell, .. } in &cells {
        let here = |error| anyhow!("{}: group \"{}\": {error}", suite.file, cell.group);
        cell.check().map_err(here)?;
    }
    let dir = shared.out.clone().unwrap_or_else(|| rundir::default_path(&suite.keys.name));
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let command = shlex::try_join(words.iter().map(String::as_str)).context("the command line holds a zero byte")?;
    let max_time_s = arguments.max_time.unwrap_or(MAX_TIME_S);
    let goal = arguments.precision.map(|half_width| Goal { half_width, max_time_s });
    Ok((dir, Plan { suite: suite.keys.name, suite_sha256: suite.sha256, command, goal, cells, left_out }))
}

/// Cells can be listed before a published data set is here.
fn expected(source: &Source, error: anyhow::Error, list: bool) -> Result<Summary> {
    let published = source.published().filter(|_| list);
    published.inspect(|_| eprintln!("note: {error:#}")).ok_or(error)
}

/// The suite's images, and beside them those of every other size that a sweep wants.
fn every_size(groups: &[Group], own: (Source, Summary)) -> Result<Vec<(Source, Summary)>> {
    let mut images = vec![own];
    for size in groups.iter().flat_map(|group| &group.members).filter_map(|member| member.image_size) {
        if images.iter().all(|(_, data)| data.images.size != size) {
            let source = Source::Generated { images: Images { size, ..images[0].1.images } };
            let data = summary(&source)?;
            images.push((source, data));
        }
    }
    Ok(images)
}

fn seeds(suite: &Suite, given: &[u64]) -> Result<Vec<u64>> {
    if let Some(seed) = repeated(given) {
        bail!("--seeds: {seed} stands there twice; every seed is one repetition");
    }
    Ok(if given.is_empty() { suite.keys.seeds.clone() } else { given.to_vec() })
}

/// `--data` is a data set, or the directory in which the suite's data set lies.
fn source(suite: &Suite, data: Option<&str>) -> Result<Source> {
    let Keys { data: own, image_size, classes, .. } = &suite.keys;
    let names_set = |word: &&str| {
        ["digits", "cifar10", "cifar100", "mnist", "fashion-mnist"].contains(word) || word.starts_with("folder:")
    };
    let (set, given) = (data.filter(names_set), data.filter(|word| !names_set(word)));
    let dir = given.map(PathBuf::from).or_else(dir_from_environment);
    let settings = match set {
        Some(set) => Settings { dir, image_size: image_size.filter(|_| set.starts_with("folder:")), classes: None },
        None => Settings { dir, image_size: *image_size, classes: *classes },
    };
    let source = Source::parse(set.unwrap_or(own), settings).with_context(|| suite.file.clone())?;
    match given.filter(|_| !source.has_dir()) {
        Some(dir) => bail!(
            "--data {dir}: the suite's data set, {own}, lies in no directory; to replace it say digits, cifar10, cifar100, mnist, fashion-mnist or folder:DIR"
        ),
        None => Ok(source),
    }
}

/// Refuses to run `cells` on devices that do not compute as the CPU does by Burn's kernels. Each is asked in a child process, once for
/// every way of computing that the cells ask of it.
///
/// # Errors
/// If one computes wrong, or cannot be asked.
pub(super) fn check(cells: &[Planned]) -> Result<()> {
    let mut checked = HashSet::new();
    for cell in cells.iter().map(|planned| &planned.cell) {
        for way in Way::of(cell).into_iter().filter(|way| checked.insert((cell.device, *way))).collect::<Vec<Way>>() {
            ask_whether_right(cell.device, way)?;
        }
    }
    Ok(())
}

fn ask_whether_right(id: DeviceId, way: Way) -> Result<()> {
    if !Backend::Flex.compiled() {
        eprintln!("{id}: not checked, for this build lacks the feature flex, with which it would be compared");
        return Ok(());
    }
    let (device, kernels, precision) = (id.to_string(), way.kernels.word(), way.precision.word());
    let words = ["devices", "--json", "--check", &device, "--kernels", kernels, "--precision", precision];
    ask::<serde_json::Value>(&words.map(str::to_owned)).map(drop)
}

/// What `data check` answers.
#[derive(Deserialize)]
struct Checked {
    #[serde(flatten)]
    summary: Summary,
    /// The half that is not there.
    missing: Option<String>,
}

/// Reads the images in a child process, so that this one stays small.
fn summary(source: &Source) -> Result<Summary> {
    let mut arguments = ["data", "check", "--json"].map(str::to_owned).to_vec();
    arguments.extend(source.words());
    let Checked { summary, missing } = ask(&arguments)?;
    missing.map_or(Ok(summary), |missing| Err(anyhow!("{missing}")))
}

/// Asks a child process of this same program, and gives what it answers as JSON.
fn ask<T: DeserializeOwned>(arguments: &[String]) -> Result<T> {
    let program = std::env::current_exe().context("finding this program")?;
    let output = Command::new(program).args(arguments).output().context("starting this program again")?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{}", errors.trim().trim_start_matches("error: "));
    }
    let notes = String::from_utf8_lossy(&output.stderr);
    note(&notes.lines().filter_map(|line| Some(line.strip_prefix("note: ")?.to_owned())).collect::<Vec<_>>());
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Turns words into devices that are here; says what `auto` took.
pub(crate) fn devices(words: &[String]) -> Result<Vec<DeviceId>> {
    let found: Vec<Found> = ask(&["devices".to_owned(), "--json".to_owned()])?;
    let mut devices = Vec::new();
    for word in words {
        let id = match word.parse::<Choice>()? {
            Choice::Exact(id) => here(id, &found)?,
            Choice::Auto => {
                let chosen = automatic(&found).context("this build has no CPU backend and no GPU is visible")?;
                eprintln!("{}", explain_automatic(chosen, &found));
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
