//! What `skipbench versus` takes.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use clap::Args;

use crate::commands::quantity::{seconds, time};
use crate::lockstep::session::Plan;
use crate::lockstep::set::Length;

/// Sets after which no more are added, unless the command line says otherwise.
const MOST_SETS: u64 = 64;

/// Arguments of `versus`.
#[derive(Debug, Args)]
#[command(after_help = "\
Each program prepares itself, then does steps on request and says how long each took (bench/PROTOCOL.md). Only one \
works at a time, and all see the same machine. The reference, the first program, runs twice: how much it differs \
from itself is the noise floor.\n\n\
Examples:\n  \
    skipbench versus 'skipbench steps resnet20' 'skipbench steps plain20'\n      \
        two networks of skipbench's own\n  \
    skipbench versus 'python3 old.py' 'python3 new.py' --limit 3%\n      \
        a gate: exit code 1 if new.py is slower\n  \
    skipbench versus ./a ./b ./c --precision 1% --names old,new,newer\n      \
        as many sets as ± 1 % needs\n\n\
A Python program needs one file (bench/adapters/skipbench_step.py) and one line:\n  \
    serve(step, name=\"mine\", units=(64, \"images\"))\n\n\
Exit codes: 0 done, and no program has regressed; 1 a program is slower by more than --limit; 2 a command is wrong or \
its program broke; 3 --limit was given and a program could not be judged; 130 interrupted.")]
pub(crate) struct VersusArgs {
    /// The programs, the reference first. Each is one argument, split into words as a shell does; no shell runs it.
    #[arg(required = true, num_args = 2.., value_name = "COMMAND")]
    pub(super) commands: Vec<String>,
    /// Sets of fresh processes. Each gives one ratio, and the interval comes from their spread.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(2..=1000))]
    sets: u64,
    /// How long each set takes turns after its warm-up, in seconds of steps.
    #[arg(long, default_value_t = 10.0, value_parser = seconds, conflicts_with = "steps")]
    seconds: f64,
    /// Steps of each program in each set, in place of --seconds.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// After --sets add as many as a ratio ± this share needs, such as 2% (Stein's two-stage rule).
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    precision: Option<f64>,
    /// With --precision: no more sets than these in all. Default 64, or --sets where that is more.
    #[arg(long, requires = "precision", value_name = "SETS")]
    max_sets: Option<u64>,
    /// Judge: a program that is slower than the first by more than this has regressed.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(super) limit: Option<f64>,
    /// Processors that each program may use, the same for all (Linux). With 1 the smallest differences are found: no
    /// thread moves from one processor to another. Default: all.
    #[arg(long, value_name = "N", value_parser = super::super::quantity::processors)]
    pub(super) cpus: Option<usize>,
    /// Seed of the order of starts and turns.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// What the programs are called in the table, separated by commas. Default A, B, C, …
    #[arg(long, value_delimiter = ',', value_name = "NAME,NAME,…")]
    names: Vec<String>,
    /// Time after which a program that is not ready, or does not end its turn, has failed, such as 90s or 10m.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = time)]
    pub(super) timeout: Duration,
    /// Write turns.csv (every step of every turn, in order) and result.json into this directory, which must be new or
    /// empty. After a Ctrl-C they hold the sets that were done.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// The result as JSON.
    #[arg(long)]
    pub(super) json: bool,
    /// Show no progress.
    #[arg(long, short)]
    pub(super) quiet: bool,
}

impl VersusArgs {
    /// # Errors
    /// Fewer sets in all than are measured in any case.
    pub(super) fn plan(&self) -> Result<Plan> {
        let time = Length::Time(Duration::from_secs_f64(self.seconds));
        let most_sets = self.max_sets.unwrap_or(MOST_SETS.max(self.sets));
        ensure!(
            most_sets >= self.sets,
            "--max-sets {most_sets} is fewer than the {} that are measured in any case (--sets); raise it, or lower \
             --sets",
            self.sets
        );
        Ok(Plan {
            members: self.commands.len() + 1,
            sets: self.sets,
            precision: self.precision,
            most_sets,
            length: self.steps.map_or(time, Length::Steps),
            seed: self.seed,
        })
    }

    pub(super) fn names(&self) -> Result<Vec<String>> {
        let count = self.commands.len();
        if self.names.is_empty() {
            let letter = |index: usize| char::from_u32('A' as u32 + index as u32).filter(char::is_ascii_uppercase);
            let name = |index| letter(index).map_or_else(|| format!("program {}", index + 1), String::from);
            return Ok((0..count).map(name).collect());
        }
        ensure!(self.names.len() == count, "--names: {count} programs need {count} names, not {}", self.names.len());
        if let Some(empty) = self.names.iter().position(|name| name.trim().is_empty()) {
            bail!("--names: name {} is empty; every program needs one", empty + 1);
        }
        let twice = self.names.iter().enumerate().find(|(index, name)| self.names[..*index].contains(name));
        if let Some((_, name)) = twice {
            bail!("--names: \"{name}\" is listed twice");
        }
        Ok(self.names.clone())
    }

    /// The words of every program, the reference's twice.
    pub(super) fn words(&self) -> Result<Vec<Vec<String>>> {
        let split = |command: &String| match shlex::split(command) {
            None => bail!("{command}: a quotation mark is not closed"),
            Some(words) if words.is_empty() => bail!("a command is empty"),
            Some(words) => Ok(words),
        };
        let again = self.commands.first();
        self.commands.iter().chain(again).map(split).collect()
    }
}

/// `3%` as a share: 0.03.
fn percent(word: &str) -> Result<f64, String> {
    super::super::quantity::share(word, 1e-6..=10.0)
        .ok_or_else(|| "a percentage from 0.0001% to 1000% is needed, such as 3%".to_owned())
}
