//! Reads `gate.toml`: limits, and what to do where nothing can be decided.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use skipbench_reports::input;

/// Holds the limits and commands of the gate. Every key may be left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How an inconclusive metric affects the whole.
    pub inconclusive: Inconclusive,
    /// How much worse counts as a regression.
    pub limits: Limits,
    /// Programs of any kind whose steps are timed: `[[command]]`.
    #[serde(rename = "command", skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<CommandPair>,
}

impl Default for Config {
    fn default() -> Self {
        Self { inconclusive: Inconclusive::Report, limits: Limits::default(), commands: Vec::new() }
    }
}

/// Two programs that speak the step protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandPair {
    /// Name of the work.
    pub name: String,
    /// Command line before the change.
    pub base: String,
    /// Command line after the change.
    pub head: String,
}

impl CommandPair {
    /// Splits both command lines into words as a shell does.
    ///
    /// # Errors
    /// Returns the key whose command has no word or an open quotation mark, and what it holds.
    pub fn words(&self) -> Result<[Vec<String>; 2], (&'static str, String)> {
        Ok([split("base", &self.base)?, split("head", &self.head)?])
    }
}

fn split(key: &'static str, command: &str) -> Result<Vec<String>, (&'static str, String)> {
    match shlex::split(command) {
        None => Err((key, format!("`{command}`: a quotation mark is not closed"))),
        Some(words) if words.is_empty() => Err((key, "a command is empty".to_owned())),
        Some(words) => Ok(words),
    }
}

/// Says how an inconclusive metric affects the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inconclusive {
    /// It has an exit code of its own, 3.
    Report,
    /// It counts as passed.
    Pass,
    /// It counts as regressed.
    Fail,
}

/// Says how much worse counts as a regression, as shares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Peak heap bytes. Identical runs are equal.
    pub heap: f64,
    /// Work of a step. Identical runs have the same counts.
    pub work: f64,
    /// Times. A step may take 1.03 times as long.
    pub time: f64,
    /// Test accuracy: 0.02 means two points.
    pub accuracy: f64,
    /// Loss at a fixed seed on another machine, whose vectors sum in another order. On one machine it is exact.
    pub loss: f64,
    /// Chance of calling any time of a job regressed that is not, shared among all its times.
    pub chance: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { heap: 0.005, work: 0.005, time: 0.03, accuracy: 0.02, loss: 1e-3, chance: 0.01 }
    }
}

/// Says why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Cause of the failure.
        source: std::io::Error,
    },
    /// The file is not a configuration.
    #[error("{path}: {source}")]
    Toml {
        /// The file.
        path: PathBuf,
        /// Line, key and cause.
        source: Box<toml::de::Error>,
    },
    /// A limit is not possible.
    #[error("{path}: limits.{key} = {value}: a share above 0 and below 1 is needed, such as 0.03")]
    Limit {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// Its value.
        value: f64,
    },
    /// A command cannot be started, or its name says nothing.
    #[error("{path}: command \"{name}\": {key}: {problem}")]
    Command {
        /// The file.
        path: PathBuf,
        /// The command's name.
        name: String,
        /// The key.
        key: &'static str,
        /// Description of what is wrong.
        problem: String,
    },
}

impl Config {
    /// Reads a configuration from a file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, has an unknown key or a limit that is not a share.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text =
            input::text(path, input::SETTINGS).map_err(|source| ConfigError::Io { path: path.into(), source })?;
        let toml = |source| ConfigError::Toml { path: path.into(), source: Box::new(source) };
        let config: Config = toml::from_str(&text).map_err(toml)?;
        let Limits { heap, work, time, accuracy, loss, chance } = config.limits;
        let all = [
            ("heap", heap),
            ("work", work),
            ("time", time),
            ("accuracy", accuracy),
            ("loss", loss),
            ("chance", chance),
        ];
        match all.into_iter().find(|(_, value)| !(*value > 0.0 && *value < 1.0)) {
            Some((key, value)) => Err(ConfigError::Limit { path: path.into(), key, value }),
            None => config.checked(path),
        }
    }

    fn checked(self, path: &Path) -> Result<Self, ConfigError> {
        let mut names = HashSet::new();
        for pair in &self.commands {
            let error =
                |(key, problem)| ConfigError::Command { path: path.into(), name: pair.name.clone(), key, problem };
            if pair.name.trim().is_empty() {
                return Err(error(("name", "a name is needed, such as \"training step\"".to_owned())));
            }
            if !names.insert(&pair.name) {
                return Err(error(("name", "two commands have it; each needs its own name".to_owned())));
            }
            pair.words().map_err(error)?;
        }
        Ok(self)
    }
}
