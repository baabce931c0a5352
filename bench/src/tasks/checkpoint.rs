//! Keeps a training run's state on disk, from which a killed cell continues.
//!
//! A checkpoint is a folder written completely under another name. The file `latest` names it and is renamed into
//! place, so at every moment either the old or the new checkpoint is complete.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use burn::module::Module;
use burn::optim::ModuleOptimizer;
use serde::{Deserialize, Serialize};
use skipbench_reports::input;

use crate::cell::Sample;
use crate::files::weights;

/// Holds what a training run remembers besides weights and optimizer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Number of epochs finished.
    pub epochs: u64,
    /// Number of steps taken.
    pub steps: u64,
    /// Time spent so far, in nanoseconds.
    pub train_ns: u64,
    /// Time spent so far without tests, in nanoseconds.
    pub fit_ns: u64,
    /// That time and the number of epochs when the accuracy was reached.
    pub target: Option<(u64, u64)>,
    /// Mean loss of the last epoch.
    pub loss: Option<f64>,
    /// Number of training images classified correctly in the last epoch, and number seen.
    pub train: Option<(u64, u64)>,
    /// Number of test images classified correctly in the last test, and number seen.
    pub test: Option<(u64, u64)>,
    /// Series recorded so far.
    pub samples: Vec<Sample>,
    /// The epoch in hand, where it was left before its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// An epoch that was left before its end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The loss of each of its steps so far.
    pub losses: Vec<f64>,
    /// Training images right in them.
    pub correct: u64,
    /// Training images seen in them.
    pub seen: u64,
    /// Time spent on them.
    pub ns: u64,
}

impl State {
    /// The name of the folder of its checkpoint.
    fn folder(&self) -> String {
        match &self.part {
            None => format!("epoch-{}", self.epochs),
            Some(part) => format!("epoch-{}-step-{}", self.epochs, part.losses.len()),
        }
    }
}

/// Files of a checkpoint that carry a checksum.
const SEALED: [&str; 2] = ["model.bpk", "optimizer.bpk"];

/// Says where one cell keeps its checkpoints, and how often it makes one.
#[derive(Debug, Clone)]
pub struct Checkpoints {
    dir: PathBuf,
    every: Duration,
    last: Instant,
    /// Is called once with the reason why one could not be saved.
    failed: Option<fn(&str)>,
}

impl Checkpoints {
    /// Keeps checkpoints in `dir`, which need not exist, at least `every` apart.
    pub fn new(dir: &Path, every: Duration) -> Self {
        Self { dir: dir.to_path_buf(), every, last: Instant::now(), failed: None }
    }

    /// Calls `hear` once with the reason why a checkpoint could not be saved.
    #[must_use]
    pub fn on_failure(self, hear: fn(&str)) -> Self {
        Self { failed: Some(hear), ..self }
    }

    /// Saves if the last time is long enough ago. Training continues if that fails, as on a full disk. A checkpoint
    /// only saves a killed cell from repeating its work.
    pub fn save_if_due<M: Module>(&mut self, model: &M, optimizer: &ModuleOptimizer, state: &State) {
        if self.last.elapsed() >= self.every {
            self.try_save(model, optimizer, state);
        }
    }

    /// Saves now, and goes on where that fails.
    pub fn try_save<M: Module>(&mut self, model: &M, optimizer: &ModuleOptimizer, state: &State) {
        self.last = Instant::now();
        if let Err(error) = self.save(model, optimizer, state) {
            self.clear(state);
            if let Some(hear) = self.failed.take() {
                let error = crate::system::text::describe_error(&error);
                hear(&format!("no checkpoint could be kept ({error}); a killed cell would begin from its start"));
            }
        }
    }

    /// Removes what is left of a checkpoint that could not be saved, because it takes space.
    fn clear(&self, state: &State) {
        let folder = self.dir.join(state.folder());
        let _ = fs::remove_dir_all(folder.with_extension("next"));
        let _ = fs::remove_file(self.dir.join("latest.next"));
        if self.latest().is_none_or(|latest| latest != folder) {
            let _ = fs::remove_dir_all(&folder);
        }
    }

    /// Saves the model (its running statistics synchronized by `valid`), the optimizer and the state.
    ///
    /// # Errors
    /// Returns an error if the file system refuses.
    pub fn save<M: Module>(&self, model: &M, optimizer: &ModuleOptimizer, state: &State) -> Result<()> {
        let name = state.folder();
        let next = self.dir.join(format!("{name}.next"));
        fs::create_dir_all(&next).with_context(|| format!("{}", next.display()))?;
        model
            .valid()
            .save_file(next.join(SEALED[0]))
            .map_err(|error| anyhow::anyhow!("{}: {error}", next.display()))?;
        optimizer.save(next.join(SEALED[1])).map_err(|error| anyhow::anyhow!("{}: {error}", next.display()))?;
        for file in SEALED {
            weights::seal(&next.join(file)).with_context(|| format!("{}", next.display()))?;
        }
        fs::write(next.join("state.json"), serde_json::to_vec(state)?)?;
        let folder = self.dir.join(&name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::rename(&next, &folder)?;
        let old = self.latest();
        fs::write(self.dir.join("latest.next"), &name)?;
        fs::rename(self.dir.join("latest.next"), self.dir.join("latest"))?;
        match old.filter(|old| *old != folder) {
            Some(old) => fs::remove_dir_all(&old).with_context(|| format!("{}", old.display())),
            None => Ok(()),
        }
    }

    fn latest(&self) -> Option<PathBuf> {
        let name = input::text(&self.dir.join("latest"), input::SETTINGS).ok()?;
        Some(self.dir.join(name)).filter(|folder| folder.is_dir())
    }

    /// Loads the latest checkpoint into a fresh model and optimizer. Without one they are returned unchanged.
    ///
    /// # Errors
    /// Returns an error if the checkpoint does not fit the model.
    pub fn load<M: Module>(&self, model: M, optimizer: ModuleOptimizer) -> Result<(M, ModuleOptimizer, State)> {
        let Some(folder) = self.latest() else { return Ok((model, optimizer, State::default())) };
        let damaged = |error: String| anyhow::anyhow!("{}: {error}; delete the folder to start over", folder.display());
        for file in SEALED {
            weights::verify(&folder.join(file)).map_err(|error| damaged(error.to_string()))?;
        }
        let model = model.try_load_file(folder.join(SEALED[0])).map_err(|error| damaged(error.to_string()))?;
        let optimizer = optimizer.load(folder.join(SEALED[1])).map_err(|error| damaged(error.to_string()))?;
        let state =
            input::bytes(&folder.join("state.json"), input::PLAN).map_err(|error| damaged(error.to_string()))?;
        let state = serde_json::from_slice(&state).map_err(|error| damaged(error.to_string()))?;
        Ok((model, optimizer, state))
    }
}
