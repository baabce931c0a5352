//! `skipbench run`: plan, run, compare.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde::de::DeserializeOwned;
use skipbench_reports::compare::rows;
use skipbench_reports::store;
use skipbench_reports::table::{Style, comparisons};

use super::{compare, print};
use crate::data::{DATA_DIR, Settings, Source, Summary};
use crate::device::{Choice, DeviceError, DeviceId, Found, automatic, explain_automatic};
use crate::group::resolve;
use crate::orchestrate::Session;
use crate::plan::{self, Context as PlanContext, Planned};
use crate::progress::{Show, observer};
use crate::provenance::{Host, Provenance};
use crate::rundir::{self, Plan};
use crate::runner::{Processes, Stop};
use crate::suite::{Keys, Suite, repeated};

static STOP: Stop = Stop::new();

const INTERRUPTED: u8 = 130;

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    skipbench run                                   the quick suite, on the embedded digits\n  \
    skipbench run --filter 'resnet20 train seed=1'  only cells whose names hold all those words\n  \
    skipbench run cifar --data ~/data               matched pairs on CIFAR-10\n  \
    skipbench run quick --data folder:my-images     the same groups on your own images\n  \
    skipbench run mine.toml --device vulkan --out results/mine\n  \
    skipbench run --resume results/mine             go on after a Ctrl-C, a crash or a power cut")]
pub(crate) struct RunArgs {
    /// A built-in suite (`skipbench suites`) or a TOML file.
    #[arg(default_value = "quick", conflicts_with = "resume")]
    suite: String,
    /// Only list the cells.
    #[arg(long)]
    list: bool,
    /// Only cells whose group/model/task/device/seed=N holds every one of these words.
    #[arg(long, value_name = "WORDS")]
    filter: Option<String>,
    /// Seeds in place of the suite's.
    #[arg(long, value_delimiter = ',', value_name = "N,N,…")]
    seeds: Vec<u64>,
    /// Device in place of the suite's: auto, flex, wgpu, vulkan, metal, cuda, rocm, each with :INDEX. May be repeated.
    #[arg(long)]
    device: Vec<String>,
    /// The directory that holds the suite's data set; or a data set in place of the suite's: digits, cifar10, cifar100
    /// or folder:DIR.
    ///
    /// Where no directory is given, that in SKIPBENCH_DATA, else `data`.
    #[arg(long, value_name = "DIR|SET")]
    data: Option<String>,
    /// Where rows go. Default reports/out/SUITE-TIME.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on with the run in this directory: no cell that has a row is repeated.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "seeds", "device", "filter", "jobs", "threads"])]
    resume: Option<PathBuf>,
    /// With --resume: repeat the cells that were not measured.
    #[arg(long, requires = "resume")]
    retry_failed: bool,
    /// Untimed cells (training, memory) that run at the same time, in place of the suite's number.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Threads to use. Default: all of the machine's.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Show no progress.
    #[arg(long, short, conflicts_with = "json")]
    quiet: bool,
    /// Tell everything as JSON lines on standard output.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &RunArgs) -> Result<ExitCode> {
    let host = Host::read()?;
    let (dir, plan) = match &arguments.resume {
        Some(dir) => (dir.clone(), rundir::open(dir)?),
        None => new(arguments, &host)?,
    };
    if arguments.list {
        return list(&plan, arguments.json);
    }
    if arguments.resume.is_none() {
        rundir::create(&dir, &plan, &host)?;
    }
    let _lock = rundir::lock(&dir)?;
    let begun_on = rundir::host(&dir)?;
    ensure!(
        begun_on.id == host.id,
        "{}: the run was begun on another machine ({}, {} processors); rows of two machines do not compare, so start a new run",
        dir.display(),
        begun_on.cpu,
        begun_on.logical_cpus
    );
    go(arguments, &dir, &plan, &host)
}

/// Reads the suite, asks child processes for images and devices, and plans.
fn new(arguments: &RunArgs, host: &Host) -> Result<(PathBuf, Plan)> {
    let suite = Suite::load(&arguments.suite)?;
    let source = source(&suite, arguments.data.as_deref())?;
    let data = summary(&source).with_context(|| format!("{}: data", suite.file))?;
    let groups = resolve(&suite, data.images)?;
    let threads = arguments.threads.map_or(host.logical_cpus.max(1), usize::from);
    let context = PlanContext {
        source,
        data,
        devices: devices(if arguments.device.is_empty() { &suite.keys.devices } else { &arguments.device })?,
        seeds: seeds(&suite, &arguments.seeds)?,
        jobs: arguments.jobs.map_or(suite.keys.jobs, usize::from).min(threads),
        threads,
    };
    let mut cells = plan::plan(&suite, &groups, &context);
    if let Some(filter) = &arguments.filter {
        cells.retain(|planned| plan::matches(&planned.cell, filter));
        ensure!(
            !cells.is_empty(),
            "--filter '{filter}' leaves no cell; `skipbench run {} --list` shows all",
            arguments.suite
        );
    }
    let dir = arguments.out.clone().unwrap_or_else(|| rundir::default_path(&suite.keys.name));
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let command = shlex::try_join(words.iter().map(String::as_str)).context("the command line holds a zero byte")?;
    Ok((dir, Plan { suite: suite.keys.name, suite_sha256: suite.sha256, command, cells }))
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
    let names_set = |word: &&str| ["digits", "cifar10", "cifar100"].contains(word) || word.starts_with("folder:");
    let (set, given) = (data.filter(names_set), data.filter(|word| !names_set(word)));
    let dir = given.map(PathBuf::from).or_else(|| std::env::var_os(DATA_DIR).map(PathBuf::from));
    let settings = match set {
        Some(set) => Settings { dir, image_size: image_size.filter(|_| set.starts_with("folder:")), classes: None },
        None => Settings { dir, image_size: *image_size, classes: *classes },
    };
    let source = Source::parse(set.unwrap_or(own), settings).with_context(|| suite.file.clone())?;
    match given.filter(|_| !source.has_dir()) {
        Some(dir) => bail!(
            "--data {dir}: the suite's data set, {own}, lies in no directory; to replace it say digits, cifar10, cifar100 or folder:DIR"
        ),
        None => Ok(source),
    }
}

/// Reads the images in a child process, so that this one stays small.
fn summary(source: &Source) -> Result<Summary> {
    let mut arguments = vec!["data".to_owned(), "check".to_owned(), "--json".to_owned()];
    match source {
        Source::Digits => arguments.push("digits".to_owned()),
        Source::Cifar10 { dir } => {
            arguments.extend(["cifar10".to_owned(), "--dir".to_owned(), dir.display().to_string()])
        }
        Source::Cifar100 { dir } => {
            arguments.extend(["cifar100".to_owned(), "--dir".to_owned(), dir.display().to_string()])
        }
        Source::Folder { dir, size } => {
            arguments.extend([format!("folder:{}", dir.display()), "--image-size".to_owned(), size.to_string()]);
        }
        Source::Generated { images } => {
            let (size, classes) = (images.size.to_string(), images.classes.to_string());
            arguments.extend(["generated", "--image-size", &size, "--classes", &classes].map(str::to_owned));
        }
    }
    ask(&arguments)
}

/// Asks a child process of this same program, and gives what it answers as JSON.
fn ask<T: DeserializeOwned>(arguments: &[String]) -> Result<T> {
    let program = std::env::current_exe().context("finding this program")?;
    let output = Command::new(program).args(arguments).output().context("starting this program again")?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{}", errors.trim().trim_start_matches("error: "));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Turns words into devices that are here; says what `auto` took.
fn devices(words: &[String]) -> Result<Vec<DeviceId>> {
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

fn list(plan: &Plan, json: bool) -> Result<ExitCode> {
    if json {
        super::print_json(&plan.cells)?;
        return Ok(ExitCode::SUCCESS);
    }
    for Planned { cell, .. } in &plan.cells {
        let task = cell.task.word();
        print(&format!("{} {}/{}/{task}/{}/seed={}\n", cell.id(), cell.group, cell.model, cell.device, cell.seed))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn go(arguments: &RunArgs, dir: &Path, plan: &Plan, host: &Host) -> Result<ExitCode> {
    ctrlc::set_handler(|| {
        let message = match STOP.raise() {
            0 => "\nfinishing the cells in hand; Ctrl-C again stops them now",
            _ => "\nstopping",
        };
        eprintln!("{message}");
    })?;
    let (mut journal, done) = rundir::journal(dir, arguments.retry_failed)?;
    let finished: Vec<String> = done.into_iter().map(|row| row.cell).collect();
    let cells: Vec<Planned> =
        plan.cells.iter().filter(|planned| !finished.contains(&planned.cell.id())).cloned().collect();
    let provenance = Provenance {
        suite: plan.suite.clone(),
        suite_sha256: plan.suite_sha256.clone(),
        host: host.id.clone(),
        command: plan.command.clone(),
    };
    let runner = Processes::new(std::env::current_exe().context("finding this program")?);
    let session = Session { runner: &runner, dir, provenance: &provenance, stop: &STOP };
    let show = match (arguments.quiet, arguments.json) {
        (true, _) => Show::Quiet,
        (_, true) => Show::Json,
        _ => Show::Usual,
    };
    let mut observer = observer(show, &cells);
    let summary = session.run(&cells, &mut journal, observer.as_mut())?;
    drop(observer);
    if summary.left > 0 {
        eprintln!("stopped with {} cell(s) to go; go on with: skipbench run --resume {}", summary.left, dir.display());
        return Ok(ExitCode::from(INTERRUPTED));
    }
    conclude(arguments, dir)
}

/// Writes `comparison.csv` and shows the comparison. Cells without a measurement, from this or an earlier sitting, make
/// the exit status 1.
fn conclude(arguments: &RunArgs, dir: &Path) -> Result<ExitCode> {
    // Empty by now, unless some cell failed: the folder of a measured one went with its row.
    let _ = std::fs::remove_dir(dir.join("checkpoints"));
    let compared = compare::read(std::slice::from_ref(&dir.to_path_buf()))?;
    store::write_atomically(&dir.join("comparison.csv"), &rows(&compared))?;
    let broken: usize = compared.iter().flat_map(|group| &group.members).map(|member| member.failures.len()).sum();
    if arguments.json {
        print(&format!(
            "{}\n",
            serde_json::json!({"event": "done", "dir": dir, "broken": broken, "comparison": rows(&compared)})
        ))?;
    } else {
        print(&comparisons(&compared, Style::Terminal))?;
        print(&format!("rows: {}\n", dir.display()))?;
    }
    if broken > 0 {
        eprintln!(
            "{broken} cell(s) could not be measured; try them again with: skipbench run --resume {} --retry-failed",
            dir.display()
        );
    }
    Ok(ExitCode::from(u8::from(broken > 0)))
}
