//! The keys of a suite, as TOML holds them.

use serde::Deserialize;

use crate::cell::Task;
use crate::suite::budgets::Budgets;

/// The keys of a suite.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Name of the suite.
    pub name: String,
    /// One sentence for lists.
    #[serde(default)]
    pub description: String,
    /// `digits`, `cifar10`, `cifar100`, `mnist`, `fashion-mnist`, `generated` or `folder:DIR`.
    pub data: String,
    /// Side of the images, for folders and generated images.
    pub image_size: Option<usize>,
    /// Classes, for generated images.
    pub classes: Option<usize>,
    /// Devices to run on. Default `auto`.
    #[serde(default = "default_devices")]
    pub devices: Vec<String>,
    /// Seeds; each repeats every cell.
    #[serde(default = "default_seeds")]
    pub seeds: Vec<u64>,
    /// What is measured of every model.
    pub tasks: Vec<Task>,
    /// Seconds after which a cell is stopped. Default one hour.
    #[serde(default = "default_timeout")]
    pub timeout_s: u64,
    /// Mebibytes of heap that a cell may have. Default 8192.
    #[serde(default = "default_memory")]
    pub memory_limit_mib: u64,
    /// Untimed cells that run at the same time, each on its share of the threads. Default 1.
    #[serde(default = "default_jobs")]
    pub jobs: usize,
    /// Sets of fresh processes that take turns at steps (`train-step`, `infer`, `latency`): each gives one ratio.
    /// Default 5.
    #[serde(default = "default_sets")]
    pub sets: u64,
    /// Threads of a cell in a set, and the processors that it is kept to. With 1 the smallest differences are found.
    /// Default: as many as the run may use.
    pub set_threads: Option<usize>,
    /// Whether every reference that is timed alone (`train-epoch`, `time-to-accuracy`) is timed twice, under two names
    /// (A/A): how much they differ is the noise floor. In sets it always is.
    #[serde(default)]
    pub aa: bool,
    /// How every group is trained, unless it says otherwise.
    #[serde(default)]
    pub recipe: toml::Table,
    /// The matched groups.
    #[serde(rename = "group")]
    pub groups: Vec<GroupKeys>,
}

fn default_devices() -> Vec<String> {
    vec!["auto".to_owned()]
}

fn default_seeds() -> Vec<u64> {
    vec![1, 2, 3]
}

fn default_timeout() -> u64 {
    3600
}

fn default_memory() -> u64 {
    8192
}

fn default_sets() -> u64 {
    5
}

fn default_jobs() -> usize {
    1
}

/// The keys of a group.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupKeys {
    /// Name of the group.
    pub name: String,
    /// The model that the others are compared with: a name or a spec.
    pub reference: toml::Value,
    /// The others: names, specs, or `{ match = { family = …, budget = … } }`.
    #[serde(default)]
    pub models: Vec<toml::Value>,
    /// What all members have in common, one budget or several; a group without it is not a matched one.
    #[serde(default)]
    pub budget: Budgets,
    /// Largest difference from the reference in that budget. Default 2 %.
    #[serde(default)]
    pub tolerance_percent: Option<f64>,
    /// What is measured, if not what the suite says.
    #[serde(default)]
    pub tasks: Option<Vec<Task>>,
    /// What this group's recipe changes.
    #[serde(default)]
    pub recipe: toml::Table,
    /// What is varied in every member; such a group is not compared but fitted, metric by metric.
    #[serde(default)]
    pub sweep: Option<SweepKeys>,
}

/// The keys of `sweep`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepKeys {
    /// A key of the models' specs, such as `depth`, `width` or `growth`; or `batch` or `image_size`.
    pub over: String,
    /// Its values.
    pub values: Vec<u64>,
}
