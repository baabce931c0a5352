//! Defines which cells of a suite are meant, and on how much of the machine: what `run`, `plan` and `claims` share.

use anyhow::{Context, Result};
use clap::Args;

use crate::run::request::Request;

/// Arguments that select cells, and what they run on.
#[derive(Debug, Clone, Args)]
pub(crate) struct Selection {
    /// Only cells whose group/model/task/device/seed=N holds every one of these words.
    #[arg(long, value_name = "WORDS")]
    pub(crate) filter: Option<String>,
    /// Seeds in place of the suite's.
    #[arg(long, value_delimiter = ',', value_name = "N,N,…", value_parser = seed)]
    pub(crate) seeds: Vec<u64>,
    /// Device in place of the suite's: auto, flex, wgpu, vulkan, metal, cuda, rocm, each with :INDEX. May be repeated.
    #[arg(long)]
    pub(crate) device: Vec<String>,
    /// The directory that holds the suite's data set; or a data set in place of the suite's: digits, cifar10, cifar100,
    /// mnist, fashion-mnist or folder:DIR.
    ///
    /// Default directory: the one in SKIPBENCH_DATA, or else `data`.
    #[arg(long, value_name = "DIR|SET")]
    pub(crate) data: Option<String>,
    /// Untimed cells (training, memory) that run at the same time, in place of the suite's number.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Threads to use. Default: as many as this process may use, by its affinity and control groups.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,
}

impl Selection {
    /// Returns what it asks for of `suite`, to `list` cells only or to run them.
    pub(crate) fn request(&self, suite: &str, list: bool) -> Result<Request> {
        Ok(Request {
            suite: suite.to_owned(),
            aa: false,
            sets: None,
            goal: None,
            filter: self.filter.clone(),
            seeds: self.seeds.clone(),
            devices: self.device.clone(),
            data: self.data.clone(),
            jobs: self.jobs.map(usize::from),
            threads: self.threads.map(usize::from),
            list,
            command: command_line()?,
        })
    }
}

/// Returns the command line of this process.
fn command_line() -> Result<String> {
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    shlex::try_join(words.iter().map(String::as_str)).context("the command line holds a zero byte")
}

/// Reads one seed.
fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "it is no seed: name each, separated by commas, such as 1,2,3".to_owned())
}
