//! Defines the keys of a suite, as TOML holds them.

use serde::Deserialize;

use crate::cell::Task;
use crate::suite::budgets::Budgets;

/// The keys of a suite.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Name of the suite.
    pub name: String,
    /// One sentence that describes the suite in lists.
    #[serde(default)]
    pub description: String,
    /// Data set: `digits`, `cifar10`, `cifar100`, `mnist`, `fashion-mnist`, `generated` or `folder:DIR`.
    pub data: String,
    /// Side of the images in pixels, for folders and generated images.
    pub image_size: Option<usize>,
    /// Number of classes, for generated images.
    pub classes: Option<usize>,
    /// Devices to run on. The default is `auto`.
    #[serde(default = "default_devices")]
    pub devices: Vec<String>,
    /// Seeds, each of which repeats every cell.
    #[serde(default = "default_seeds")]
    pub seeds: Vec<u64>,
    /// Tasks that are measured for every model.
    pub tasks: Vec<Task>,
    /// Seconds after which a cell is stopped. The default is one hour.
    #[serde(default = "default_timeout")]
    pub timeout_s: u64,
    /// Mebibytes of heap that a cell may have. The default is 8192.
    #[serde(default = "default_memory")]
    pub memory_limit_mib: u64,
    /// Number of untimed cells that run at the same time, each on its share of the threads. The default is 1.
    #[serde(default = "default_jobs")]
    pub jobs: usize,
    /// Number of sets of fresh processes that take turns at steps (`train-step`, `infer`, `latency`). Each set gives
    /// one ratio. The default is 5.
    #[serde(default = "default_sets")]
    pub sets: u64,
    /// Number of threads of a cell in a set, and of the processors that it is kept to. With 1 the smallest differences
    /// are found. The default is as many as the run may use.
    pub set_threads: Option<usize>,
    /// Whether every reference that is timed alone (`train-epoch`, `time-to-accuracy`) is timed twice, under two names
    /// (A/A). Their difference is the noise floor. In sets the reference is always timed twice.
    #[serde(default)]
    pub aa: bool,
    /// Recipe of every group, unless the group says otherwise.
    #[serde(default)]
    pub recipe: toml::Table,
    /// Matched groups.
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
    /// Model that the others are compared with: a name or a spec.
    pub reference: toml::Value,
    /// Other models: names, specs, or `{ match = { family = …, budget = … } }`.
    #[serde(default)]
    pub models: Vec<toml::Value>,
    /// What all members have in common, one budget or several. A group without it is not matched.
    #[serde(default)]
    pub budget: Budgets,
    /// Largest difference from the reference in that budget, in percent. The default is 2 %.
    #[serde(default)]
    pub tolerance_percent: Option<f64>,
    /// Tasks that are measured, if not those of the suite.
    #[serde(default)]
    pub tasks: Option<Vec<Task>>,
    /// Changes to the recipe for this group.
    #[serde(default)]
    pub recipe: toml::Table,
    /// What is varied in every member. Such a group is not compared but fitted, metric by metric.
    #[serde(default)]
    pub sweep: Option<SweepKeys>,
}

/// The keys of `sweep`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepKeys {
    /// Key that is varied: one of the models' specs, such as `depth`, `width` or `growth`, or `batch` or `image_size`.
    pub over: String,
    /// Values of the varied key.
    pub values: Vec<u64>,
}
