//! Runs `skipbench steps`: does a network's steps on request.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::de::DeserializeOwned;
use skipbench_models::{Kernels, Memory, catalog};
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::input;
use skipbench_reports::rows::task;

use super::quantity::quantity;
use crate::cell::recipe::{Precision, Recipe};
use crate::cell::{Cell, Task, custom};
use crate::device::{self, Backend, Choice, DeviceId};
use crate::files::data::{Settings, Source};
use crate::lockstep::cells::{Asked, TASKS, ceilings, drive};
use crate::lockstep::serve::{Program, serve};
use crate::run::limits::Limits;
use crate::run::process::ALLOCATOR;

/// Arguments of `steps`.
#[derive(Debug, Args)]
#[command(after_help = "Prepares itself, then answers on standard input and output (bench/PROTOCOL.md). Examples:\n  \
    skipbench versus 'skipbench steps resnet20' 'skipbench steps plain20'\n  \
    skipbench versus 'skipbench steps resnet20' 'python3 mine.py' --limit 5%\n  \
    A='skipbench steps resnet20'; skipbench versus \"$A\" \"$A --plant 3%\"\n  \
    \x20   what a known 3 % looks like")]
pub(crate) struct StepsArgs {
    /// The network: a published name, or a description such as densenet-bc-22-26.
    #[arg(required_unless_present_any = ["cell", "sleep"])]
    model: Option<String>,
    /// What a step is: train-step, infer, or latency (infer with one image).
    #[arg(long, default_value = task::TRAIN_STEP, value_parser = task)]
    task: Task,
    /// The images: digits, cifar10, cifar100, folder:DIR or generated.
    #[arg(long, default_value = "digits", value_name = "SET")]
    data: String,
    /// Side of the images: of generated ones (default 224), or to which a folder's are resized (default 32).
    #[arg(long, value_name = "PIXELS")]
    image_size: Option<usize>,
    /// Classes of generated images. Default 1000.
    #[arg(long)]
    classes: Option<usize>,
    /// Images in a batch.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    batch: u16,
    /// The device: auto, flex, wgpu, vulkan, metal, cuda, rocm, each with :INDEX.
    #[arg(long, default_value = "flex")]
    device: Choice,
    /// The kernels: skipbench, skipbench-bf16 or burn.
    #[arg(long, default_value = "skipbench", value_parser = word::<Kernels>)]
    kernels: Kernels,
    /// What networks that concatenate keep for the backward pass: naive, shared or recompute.
    #[arg(long, default_value = "naive", value_name = "MODE", value_parser = word::<Memory>)]
    memory: Memory,
    /// The number format: f32, bf16 or f16.
    #[arg(long, default_value = "f32", value_parser = word::<Precision>)]
    precision: Precision,
    /// Seed of the weights.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of the CPU. Default: as many as this process may use, by its affinity and control groups.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Make every step longer by this share, to test whether that is found.
    #[arg(long, default_value = "0%", value_name = "PERCENT", value_parser = planted)]
    plant: f64,
    /// The cell in this file, as JSON, in place of all of the above. It then says, too, what it measured before its
    /// first turn.
    #[arg(long, value_name = "FILE", conflicts_with_all = CHOICES)]
    cell: Option<PathBuf>,
    /// In place of steps: say what the cell's device reaches at best.
    #[arg(long, hide = true, requires = "cell")]
    ceilings: bool,
    /// In place of a network: sleep for so long, such as 500us, and say that the step took exactly that.
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "cell", conflicts_with_all = CHOICES)]
    sleep: Option<Duration>,
}

/// What is chosen of a network, where no file holds all of it.
const CHOICES: [&str; 12] = [
    "model",
    "task",
    "data",
    "image_size",
    "classes",
    "batch",
    "device",
    "kernels",
    "memory",
    "precision",
    "seed",
    "threads",
];

pub(crate) fn run(arguments: &StepsArgs) -> Result<ExitCode> {
    if let Some(time) = arguments.sleep {
        sleep(time.mul_f64(1.0 + arguments.plant))?;
        return Ok(ExitCode::SUCCESS);
    }
    let cell = arguments.cell()?;
    with_environment(cell.threads)?;
    if arguments.ceilings {
        ceilings(&cell)?;
    } else {
        drive(&cell, Asked { planted: arguments.plant, measured: arguments.cell.is_some() })?;
    }
    Ok(ExitCode::SUCCESS)
}

impl StepsArgs {
    fn cell(&self) -> Result<Cell> {
        if let Some(path) = &self.cell {
            let text = input::text(path, input::DOCUMENT).with_context(|| path.display().to_string())?;
            return serde_json::from_str(&text).with_context(|| format!("{}: not a cell in JSON", path.display()));
        }
        let model = self.model.as_deref().context("a network is needed")?;
        let usual = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.map_or_else(|| Limits::read().threads(usual()), usize::from);
        let dir = crate::files::data::dir_from_environment();
        let source = Source::parse(&self.data, Settings { dir, image_size: self.image_size, classes: self.classes })?;
        let (data, device) = (source.load()?.summary(), self.device()?);
        let kernels = if device.backend == Backend::Flex { self.kernels } else { Kernels::Burn };
        let (batch, memory) = (usize::from(self.batch), self.memory);
        let recipe = Recipe { batch, kernels, memory, precision: self.precision, ..Recipe::default() };
        let spec = custom::find(model, data.images).map_or_else(|| catalog::find(model), Ok)?;
        let usual = Cell::alone(REPLACED, self.task, device)?;
        let cell = Cell { model: model.to_owned(), spec, data, source, recipe, seed: self.seed, threads, ..usual };
        Ok(Cell { memory_limit_bytes: u64::MAX, ..cell })
    }

    fn device(&self) -> Result<DeviceId> {
        match self.device {
            Choice::Exact(id) => Ok(id),
            Choice::Auto => Ok(device::automatic(&device::list()).context("no device was found")?.id),
        }
    }
}

/// A network that every catalog has; another takes its place.
const REPLACED: &str = "resnet20";

/// A program whose times are known.
fn sleep(time: Duration) -> Result<()> {
    let step = || {
        std::thread::sleep(time);
        Ok::<_, std::convert::Infallible>(time)
    };
    let processors = std::thread::available_parallelism().map_or_else(|_| String::new(), |count| count.to_string());
    Ok(serve(&Program { name: "sleep", units: (1, "steps"), facts: &[("processors", processors)] }, step)?)
}

/// Says that the environment is the one that a network needs.
const PREPARED: &str = "SKIPBENCH_STEPS";

/// The number of threads and the allocator's settings are read when a program starts: starts this one again with them.
fn with_environment(threads: usize) -> Result<()> {
    if std::env::var_os(PREPARED).is_some() {
        return Ok(());
    }
    let mut command = crate::system::executable::own()?.command()?;
    command.args(std::env::args_os().skip(1)).env(PREPARED, "1").env("RAYON_NUM_THREADS", threads.to_string());
    command.envs(ALLOCATOR.into_iter().filter(|(name, _)| std::env::var_os(name).is_none()));
    bail!("starting this program again: {}", crate::system::process::go_on_as(&mut command))
}

/// A word as recipes have it.
fn word<T: DeserializeOwned>(word: &str) -> Result<T, String> {
    serde_json::from_value(word.into()).map_err(|error| error.to_string())
}

fn task(given: &str) -> Result<Task, String> {
    let words = TASKS.map(Task::word);
    word(given).ok().filter(|task| TASKS.contains(task)).ok_or_else(|| format!("one of {} is needed", words.join(", ")))
}

/// `3%` as a share: 0.03.
fn planted(word: &str) -> Result<f64, String> {
    super::quantity::share(word, 0.0..=10.0).ok_or_else(|| "a percentage is needed, such as 3%".to_owned())
}

fn time(word: &str) -> Result<Duration, String> {
    quantity(Metric::Latency, word).map(|ns| Duration::from_nanos(ns as u64))
}
