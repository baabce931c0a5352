//! A suite: TOML that says which models are compared, on what, how they are trained and what is measured.
//!
//! Here only the text is read; finding the models needs the shape of the images too, on which costs and therefore matches
//! depend, and is [`group`](crate::group)'s. Every error names the file, the key and the way out.

mod names;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::budgets::Budgets;
use crate::builtin::{BUILT_IN, built_in};
use crate::cell::Task;
use crate::device::Choice;
use crate::recipe::Recipe;

/// Ten years: what a deadline can be.
const MOST_SECONDS: u64 = 10 * 365 * 24 * 3600;

/// A pebibyte.
const MOST_MEBIBYTES: u64 = 1 << 30;

/// More cells at once than any machine has threads.
const MOST_JOBS: u64 = 1024;

/// What is wrong with a suite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct SuiteError {
    /// The file, or the built-in suite's name.
    pub file: String,
    /// The key, what is wrong with it, and the way out.
    pub message: String,
}

/// A suite as written.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The file, or the built-in suite's name.
    pub file: String,
    /// SHA-256 of the text.
    pub sha256: String,
    /// Its keys.
    pub keys: Keys,
}

/// The keys of a suite.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Name of the suite.
    pub name: String,
    /// One sentence for lists.
    #[serde(default)]
    pub description: String,
    /// `digits`, `cifar10`, `cifar100`, `generated` or `folder:DIR`.
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
    /// Whether every reference is timed twice, under two names (A/A): how much they differ is the noise floor.
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

impl SweepKeys {
    fn check(&self, data: &str) -> Result<(), String> {
        if let Some(value) = repeated(&self.values) {
            return Err(format!("sweep.values: {value} stands there twice"));
        }
        if self.values.len() < 2 {
            return Err("sweep.values: a curve needs two values at least, and three for an interval".to_owned());
        }
        if self.over == "image_size" && data != "generated" {
            return Err("a sweep over image_size needs data = \"generated\"".to_owned());
        }
        Ok(())
    }
}

impl Suite {
    /// Reads a built-in suite by name, or a file.
    ///
    /// # Errors
    /// No such suite or file, or text that is no suite.
    pub fn load(name: &str) -> Result<Self, SuiteError> {
        if let Some(built_in) = built_in(name) {
            return Self::parse(built_in.name, built_in.text);
        }
        match std::fs::read_to_string(name) {
            Ok(text) => Self::parse(name, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let names: Vec<&str> = BUILT_IN.iter().map(|built_in| built_in.name).collect();
                let message =
                    format!("no such file, and no built-in suite of that name; those are {}", names.join(", "));
                Err(SuiteError { file: name.to_owned(), message })
            }
            Err(error) => Err(SuiteError { file: name.to_owned(), message: error.to_string() }),
        }
    }

    /// Reads a suite's text; `file` is what errors call it.
    ///
    /// # Errors
    /// Unknown keys, wrong types, values that cannot be whatever the images are.
    pub fn parse(file: &str, text: &str) -> Result<Self, SuiteError> {
        let keys: Result<Keys, _> = toml::from_str(text);
        let error = |message: String| SuiteError { file: file.to_owned(), message };
        let keys = keys.map_err(|source| error(explain(&source.to_string())))?;
        let suite = Self { file: file.to_owned(), sha256: crate::hex(&Sha256::digest(text)), keys };
        suite.check().map_err(error)?;
        Ok(suite)
    }

    fn check(&self) -> Result<(), String> {
        names::check(&self.keys)?;
        let Keys { groups, seeds, tasks, devices, timeout_s, memory_limit_mib, jobs, .. } = &self.keys;
        let empty = [
            ("group", groups.is_empty()),
            ("seeds", seeds.is_empty()),
            ("tasks", tasks.is_empty()),
            ("devices", devices.is_empty()),
        ];
        if let Some((key, _)) = empty.iter().find(|(_, empty)| *empty) {
            return Err(format!("{key} is empty: at least one is needed"));
        }
        let zero = [("timeout_s", *timeout_s), ("memory_limit_mib", *memory_limit_mib), ("jobs", *jobs as u64)];
        if let Some((key, _)) = zero.iter().find(|(_, value)| *value == 0) {
            return Err(format!("{key} = 0: at least 1 is needed"));
        }
        let high = [
            ("timeout_s", *timeout_s, MOST_SECONDS),
            ("memory_limit_mib", *memory_limit_mib, MOST_MEBIBYTES),
            ("jobs", *jobs as u64, MOST_JOBS),
        ];
        if let Some((key, value, most)) = high.iter().find(|(_, value, most)| value > most) {
            return Err(format!("{key} = {value}: at most {most} is possible"));
        }
        if let Some(task) = repeated(tasks) {
            return Err(format!("tasks: \"{}\" stands there twice; seeds repeat a task", task.word()));
        }
        if let Some(seed) = repeated(seeds) {
            return Err(format!("seeds: {seed} stands there twice; every seed is one repetition"));
        }
        let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
        if let Some(name) = repeated(&names) {
            return Err(format!("group.name = \"{name}\" stands there twice; groups need names of their own"));
        }
        for device in devices {
            device.parse::<Choice>().map_err(|error| format!("devices: {error}"))?;
        }
        for group in groups {
            self.recipe(group)?;
            if let Some(task) = repeated(&self.tasks(group)) {
                let word = task.word();
                return Err(format!(
                    "group \"{}\": tasks: \"{word}\" stands there twice; seeds repeat a task",
                    group.name
                ));
            }
            self.check_sweep(group).map_err(|error| format!("group \"{}\": {error}", group.name))?;
            if self.keys.data == "generated"
                && let Some(task) = self.tasks(group).iter().find(|task| task.learns())
            {
                let word = task.word();
                return Err(format!("data = \"generated\" has nothing to learn: remove \"{word}\" from tasks"));
            }
        }
        Ok(())
    }

    fn check_sweep(&self, group: &GroupKeys) -> Result<(), String> {
        match (&group.sweep, group.budget.is_empty()) {
            (Some(_), false) => Err("a sweep varies the cost and so has no budget: remove budget".to_owned()),
            (Some(sweep), true) if sweep.over == "batch" && self.tasks(group).contains(&Task::Latency) => {
                Err("latency is of single images, whatever the batch: remove \"latency\" from tasks".to_owned())
            }
            (Some(sweep), true) => sweep.check(&self.keys.data),
            (None, _) => Ok(()),
        }
    }

    /// What is measured in `group`.
    pub(crate) fn tasks(&self, group: &GroupKeys) -> Vec<Task> {
        group.tasks.clone().unwrap_or_else(|| self.keys.tasks.clone())
    }

    /// The suite's recipe with the group's changes.
    pub(crate) fn recipe(&self, group: &GroupKeys) -> Result<Recipe, String> {
        let mut table = self.keys.recipe.clone();
        table.extend(group.recipe.clone());
        let recipe: Result<Recipe, _> = Recipe::deserialize(table);
        let here = format!("group \"{}\"", group.name);
        let recipe = recipe.map_err(|error| format!("{here}: recipe: {}", explain(error.to_string().trim())))?;
        recipe.check().map_err(|error| format!("{here}: {error}"))?;
        Ok(recipe)
    }
}

/// The first value that stands in `values` twice.
pub(crate) fn repeated<T: PartialEq + Clone>(values: &[T]) -> Option<T> {
    values.iter().enumerate().find(|(index, value)| values[..*index].contains(value)).map(|(_, value)| value.clone())
}

/// Adds the nearest allowed word to serde's "unknown … `x`, expected …".
pub(crate) fn explain(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = message.contains("unknown field") || message.contains("unknown variant");
    let (true, Some(wrong)) = (unknown, quoted.next()) else { return message.trim_end().to_owned() };
    let nearest = quoted.min_by_key(|word| strsim::damerau_levenshtein(word, wrong));
    match nearest.filter(|word| strsim::damerau_levenshtein(word, wrong) <= 3) {
        Some(word) => format!("{}; did you mean `{word}`?", message.trim_end()),
        None => message.trim_end().to_owned(),
    }
}
