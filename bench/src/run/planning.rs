//! Makes a plan from a request and its suite.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail, ensure};
use skipbench_models::Images;

use super::ask;
use super::plan::{self, Context as PlanContext, PlannedCell};
use super::provenance::Host;
use super::request::Request;
use super::rundir::Plan;
use super::sitting::alone;
use super::sitting::precision::{Goal, LEAST_PILOT};
use crate::files::data::{Settings, Source, Summary, dir_from_environment};
use crate::suite::check::MOST_SEEDS;
use crate::suite::group::{Group, resolve};
use crate::suite::{Keys, Suite, repeated};

/// Reads the suite, asks child processes for images and devices, and plans. The plan holds no cell where the filter
/// leaves none. `note` receives what the user should know.
///
/// # Errors
/// Returns an error for a suite, data set or device that is wrong or not present.
pub(crate) fn plan(request: &Request, host: &Host, note: &dyn Fn(&str)) -> Result<Plan> {
    let suite = Suite::load(&request.suite)?;
    let images = images(&suite, request, note)?;
    let groups = resolve(&suite, images.1.images)?;
    let context = context(&suite, request, every_size(&groups, images, note)?, host, note)?;
    ensure!(
        request.goal.is_none() || context.sets >= LEAST_PILOT,
        "{}: --precision needs the spread of {LEAST_PILOT} sets or more to say how many are needed, but {} is planned; \
         give --sets {LEAST_PILOT} or more",
        suite.file,
        context.sets
    );
    let kept =
        |planned: &PlannedCell| request.filter.as_ref().is_none_or(|filter| plan::matches(&planned.cell, filter));
    let (cells, left_out): (Vec<PlannedCell>, Vec<PlannedCell>) =
        plan::plan(&suite, &groups, &context).into_iter().partition(kept);
    let cells = alone::without_company(cells, note);
    for PlannedCell { cell, .. } in &cells {
        cell.check().map_err(|error| anyhow!("{}: group \"{}\": {error}", suite.file, cell.group))?;
    }
    Ok(Plan {
        suite: suite.keys.name,
        suite_sha256: suite.sha256,
        command: request.command.clone(),
        goal: request.goal.map(|goal| Goal { pilot: context.sets, ..goal }),
        cells,
        left_out: left_out.iter().map(|planned| plan::path(&planned.cell)).collect(),
        shard: None,
        merged: None,
    })
}

/// Returns the suite's images, or those that the request names instead.
fn images(suite: &Suite, request: &Request, note: &dyn Fn(&str)) -> Result<(Source, Summary)> {
    let source = source(suite, request.data.as_deref())?;
    let data = ask::summary(&source, note).or_else(|error| expected(&source, error, request.list, note));
    Ok((source, data.with_context(|| format!("{}: data", suite.file))?))
}

fn context(
    suite: &Suite,
    request: &Request,
    images: Vec<(Source, Summary)>,
    host: &Host,
    note: &dyn Fn(&str),
) -> Result<PlanContext> {
    let heap = suite.keys.memory_limit_mib << 20;
    host.limits.notes(host.logical_cpus, heap).iter().for_each(|line| note(&format!("note: {line}")));
    let threads = request.threads.unwrap_or(host.threads());
    let devices = if request.devices.is_empty() { &suite.keys.devices } else { &request.devices };
    Ok(PlanContext {
        images,
        devices: ask::devices(devices, note)?,
        seeds: seeds(suite, &request.seeds)?,
        aa: request.aa || suite.keys.aa,
        sets: request.sets.unwrap_or(suite.keys.sets),
        jobs: request.jobs.unwrap_or(suite.keys.jobs).min(threads),
        threads,
    })
}

/// Returns the expected images, because cells can be listed before a published data set is present.
fn expected(source: &Source, error: anyhow::Error, list: bool, note: &dyn Fn(&str)) -> Result<Summary> {
    let published = source.published().filter(|_| list);
    published.inspect(|_| note(&format!("note: {error:#}"))).ok_or(error)
}

/// Returns the suite's images, and those of every other size that a sweep needs.
fn every_size(groups: &[Group], first: (Source, Summary), note: &dyn Fn(&str)) -> Result<Vec<(Source, Summary)>> {
    let mut images = vec![first];
    for size in groups.iter().flat_map(|group| &group.members).filter_map(|member| member.image_size) {
        if images.iter().all(|(_, data)| data.images.size != size) {
            let source = Source::Generated { images: Images { size, ..images[0].1.images } };
            let data = ask::summary(&source, note)?;
            images.push((source, data));
        }
    }
    Ok(images)
}

fn seeds(suite: &Suite, given: &[u64]) -> Result<Vec<u64>> {
    ensure!(given.len() <= MOST_SEEDS, "--seeds: {} values; at most {MOST_SEEDS} are possible", given.len());
    if let Some(seed) = repeated(given) {
        bail!("--seeds: {seed} is listed twice; every seed is one repetition");
    }
    Ok(if given.is_empty() { suite.keys.seeds.clone() } else { given.to_vec() })
}

/// Returns the data source. `data` is a data set, or the directory that holds the suite's data set.
fn source(suite: &Suite, data: Option<&str>) -> Result<Source> {
    let Keys { data: usual, image_size, classes, .. } = &suite.keys;
    let names_set = |word: &&str| {
        ["digits", "cifar10", "cifar100", "mnist", "fashion-mnist"].contains(word) || word.starts_with("folder:")
    };
    let (set, given) = (data.filter(names_set), data.filter(|word| !names_set(word)));
    let dir = given.map(PathBuf::from).or_else(dir_from_environment);
    let settings = match set {
        Some(set) => Settings { dir, image_size: image_size.filter(|_| set.starts_with("folder:")), classes: None },
        None => Settings { dir, image_size: *image_size, classes: *classes },
    };
    let source = Source::parse(set.unwrap_or(usual), settings).with_context(|| suite.file.clone())?;
    match given.filter(|_| !source.has_dir()) {
        Some(dir) => bail!(
            "--data {dir}: the suite's data set, {usual}, is not read from a directory; to replace it, give digits, cifar10, cifar100, mnist, fashion-mnist or folder:DIR"
        ),
        None => Ok(source),
    }
}
