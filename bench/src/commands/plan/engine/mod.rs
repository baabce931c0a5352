//! Engines that start many tasks: a script or manifest for each, by its own means. The texts stand beside this file, with
//! names between `@` where a plan's own values go.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use super::text::{seconds, whole};
use super::{Expected, PlanArgs};
use crate::device::Backend;
use crate::run::plan::PlannedCell;
use crate::run::provenance::Host;
use crate::run::rundir::Plan;

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Engine {
    /// An array of jobs, and one that depends on it: a shell script that submits both.
    Slurm,
    /// An indexed job: a manifest.
    Kubernetes,
    /// A matrix of jobs, and one that needs it: a workflow.
    Github,
}

impl Engine {
    /// What it is called on the command line.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Slurm => "slurm",
            Self::Kubernetes => "kubernetes",
            Self::Github => "github",
        }
    }

    /// Tasks that it starts at a time at most.
    pub(super) fn most(self) -> usize {
        match self {
            // `MaxArraySize` of its configuration may be raised.
            Self::Slurm => 1000,
            Self::Kubernetes => 65_535,
            Self::Github => 256,
        }
    }

    /// What else it needs.
    pub(super) fn notes(self) -> &'static [&'static str] {
        match self {
            Self::Slurm => &["the suite, its data and --out must be on storage that all nodes share"],
            Self::Kubernetes => &["the suite and its data must be on the volume, at paths below /work"],
            Self::Github => {
                &["the suite must be in the repository; machines of other kinds give times that stay apart"]
            }
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::Slurm => include_str!("slurm.sh"),
            Self::Kubernetes => include_str!("kubernetes.yaml"),
            Self::Github => include_str!("github.yaml"),
        }
    }

    /// The script or manifest for `plan`.
    pub(super) fn script(self, plan: &Plan, expected: &Expected, arguments: &PlanArgs) -> Result<String> {
        let values = Values::of(plan, expected, arguments)?;
        Ok(values.0.iter().fold(self.template().to_owned(), |text, (name, value)| text.replace(name, value)))
    }
}

/// What stands for each name.
struct Values(Vec<(&'static str, String)>);

impl Values {
    fn of(plan: &Plan, expected: &Expected, arguments: &PlanArgs) -> Result<Self> {
        let count = expected.shards.len();
        let out = plain(&arguments.out.clone().unwrap_or_else(|| PathBuf::from("results").join(name(&plan.suite))))?;
        let threads = arguments.selection.threads.map_or(Host::read()?.threads(), usize::from);
        let words = words(plan, arguments, threads);
        let share = ["--shard", &format!("auto/{count}"), "--plan", &expected.plan, "--out", &out].map(str::to_owned);
        let longest = expected.shards.iter().map(|share| share.seconds).fold(0.0, f64::max);
        let on_gpu = plan.cells.iter().any(|planned| planned.cell.device.backend != Backend::Flex);
        let gpu = |text: &str| if on_gpu { text.to_owned() } else { String::new() };
        Ok(Self(vec![
            ("@SHARDS@", count.to_string()),
            ("@NUMBERS@", format!("{:?}", (1..=count).collect::<Vec<usize>>())),
            ("@SUITE@", plan.suite.clone()),
            ("@NAME@", name(&plan.suite)),
            ("@EACH@", seconds(longest)),
            ("@MINUTES@", minutes(longest).to_string()),
            ("@THREADS@", threads.to_string()),
            ("@MEMORY@", memory(whole(expected).memory_bytes).to_string()),
            ("@COMMAND@", shlex::try_join(words.iter().map(String::as_str))?),
            ("@COMMAND_LIST@", serde_json::to_string(&[words.as_slice(), &share].concat())?),
            ("@PLAN@", expected.plan.clone()),
            ("@OUT@", out),
            ("@VERSION@", env!("CARGO_PKG_VERSION").to_owned()),
            ("@SLURM_GPU@", gpu(" --gpus-per-task=1")),
            ("@KUBERNETES_GPU@", gpu(", nvidia.com/gpu: 1")),
        ]))
    }
}

/// The command that plans the same cells on every machine: what this one found out is said.
fn words(plan: &Plan, PlanArgs { suite, aa, sets, selection, .. }: &PlanArgs, threads: usize) -> Vec<String> {
    let mut words: Vec<String> = ["skipbench", "run", suite].map(str::to_owned).to_vec();
    let mut add = |name: &str, value: Option<String>| {
        words.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
    };
    let mut devices: Vec<String> = Vec::new();
    for PlannedCell { cell, .. } in &plan.cells {
        let device = cell.device.to_string();
        if !devices.contains(&device) {
            devices.push(device);
        }
    }
    devices.into_iter().for_each(|device| add("--device", Some(device)));
    add("--threads", Some(threads.to_string()));
    add("--jobs", selection.jobs.map(|jobs| jobs.to_string()));
    add("--filter", selection.filter.clone());
    let seeds: Vec<String> = selection.seeds.iter().map(u64::to_string).collect();
    add("--seeds", Some(seeds.join(",")).filter(|seeds| !seeds.is_empty()));
    add("--data", selection.data.clone());
    add("--sets", sets.map(|sets| sets.to_string()));
    words.extend(aa.then(|| "--aa".to_owned()));
    words
}

/// A path that stands in shells and YAML as it is.
fn plain(path: &Path) -> Result<String> {
    let text = path.to_str().context("--out: a path in UTF-8 is needed")?;
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c)) && !text.starts_with('-');
    ensure!(is_plain && !text.is_empty(), "--out {text}: only letters, digits and / . _ - are possible here");
    Ok(text.trim_end_matches('/').to_owned())
}

/// The suite's name as engines take names: lower-case letters, digits and hyphens.
fn name(suite: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = suite.chars().map(plain).take(40).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "suite".to_owned() } else { name.to_owned() }
}

/// A time limit: three times what is expected, and what an engine itself takes.
fn minutes(seconds: f64) -> u64 {
    (seconds * 3.0 / 60.0).ceil() as u64 + 10
}

/// MiB: what is expected is of a cell, beside which the parent lives.
fn memory(bytes: u64) -> u64 {
    (bytes >> 20) + 256
}
