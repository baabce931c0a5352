//! Which share of how many: `3/40`, or what the engine that started this task says in its environment.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

/// Shares that a plan can be cut into at most.
const MOST: usize = 1_000_000;

/// Which share of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which share, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Place {
    /// The name of its directory.
    pub(crate) fn folder(self) -> String {
        format!("{}-of-{}", self.number, self.of)
    }

    fn checked(number: usize, of: usize) -> Result<Self, String> {
        match (of, number) {
            (0, _) => Err("there is no share of none".to_owned()),
            (of, _) if of > MOST => Err(format!("{of} shares; at most {MOST} are possible")),
            (of, number) if (1..=of).contains(&number) => Ok(Self { number, of }),
            (of, number) => Err(format!("share {number} of {of}: a number from 1 to {of} is needed")),
        }
    }
}

/// What the command line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// `3/40`.
    Exactly(Place),
    /// `auto` or `auto/40`: what the engine says.
    Auto {
        /// How many there are, where that was given.
        of: Option<usize>,
    },
}

impl FromStr for Asked {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let number = |text: &str| {
            text.parse::<usize>().map_err(|_| format!("{word}: K/N, auto or auto/N is needed, such as 3/40"))
        };
        match word.split_once('/') {
            None if word == "auto" => Ok(Self::Auto { of: None }),
            Some(("auto", of)) => Ok(Self::Auto { of: Some(Place::checked(1, number(of)?)?.of) }),
            Some((share, of)) => Ok(Self::Exactly(Place::checked(number(share)?, number(of)?)?)),
            None => {
                Err(number(word).err().unwrap_or_else(|| format!("{word}: of how many? Give K/N, such as {word}/40")))
            }
        }
    }
}

impl Asked {
    /// Which share it is; `variable` reads the environment.
    ///
    /// # Errors
    /// If no engine says so, or only a part of it.
    pub fn place(self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Place> {
        let Self::Auto { of } = self else {
            let Self::Exactly(place) = self else { unreachable!("the other variant") };
            return Ok(place);
        };
        let number = |name: &str| variable(name)?.trim().parse::<usize>().ok();
        let engine = ENGINES.iter().find(|engine| number(engine.index).is_some()).with_context(|| {
            let names: Vec<&str> = ENGINES.iter().map(|engine| engine.index).collect();
            format!("--shard auto: none of {} is a number here; give --shard K/N", names.join(", "))
        })?;
        engine.place(of, &number).with_context(|| format!("--shard auto: {}", engine.index))
    }
}

/// How an engine says which of its tasks this is.
struct Engine {
    /// The variable with the task's number.
    index: &'static str,
    /// The number of the first task, where the engine fixes it.
    first: Option<usize>,
    /// The variables with the first number, the last one and the distance between two.
    range: Option<[&'static str; 3]>,
    /// The variable with the number of tasks.
    count: Option<&'static str>,
}

const fn from(index: &'static str, first: usize, count: Option<&'static str>) -> Engine {
    Engine { index, first: Some(first), range: None, count }
}

/// HyperQueue's first: its workers run inside jobs of others.
const ENGINES: [Engine; 7] = [
    from("HQ_TASK_ID", 1, None),
    Engine {
        index: "SLURM_ARRAY_TASK_ID",
        first: None,
        range: Some(["SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP"]),
        count: Some("SLURM_ARRAY_TASK_COUNT"),
    },
    from("JOB_COMPLETION_INDEX", 0, None),
    from("AWS_BATCH_JOB_ARRAY_INDEX", 0, Some("AWS_BATCH_JOB_ARRAY_SIZE")),
    from("PBS_ARRAY_INDEX", 1, None),
    Engine {
        index: "SGE_TASK_ID",
        first: None,
        range: Some(["SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE"]),
        count: None,
    },
    from("CI_NODE_INDEX", 1, Some("CI_NODE_TOTAL")),
];

impl Engine {
    fn place(&self, given: Option<usize>, number: &dyn Fn(&str) -> Option<usize>) -> Result<Place> {
        let index = number(self.index).context("it is no number")?;
        if let Some(of) = given {
            // A part of an array that is tried again has the numbers of the whole one.
            return self.nth(index, self.first.unwrap_or(1), 1, of);
        }
        let range = self.range.and_then(|[first, last, step]| {
            Some((number(first)?, number(last)?, number(step).filter(|step| *step > 0).unwrap_or(1)))
        });
        if let Some((first, last, step)) = range {
            let of = last.saturating_sub(first) / step + 1;
            let count = self.count.and_then(number).unwrap_or(of);
            ensure!(
                count == of,
                "the array has {count} tasks from {first} to {last}, so it is a part of one; give --shard auto/N"
            );
            return self.nth(index, first, step, of);
        }
        let of = self.count.and_then(number).context("nothing says how many tasks there are; give --shard auto/N")?;
        self.nth(index, self.first.unwrap_or(1), 1, of)
    }

    fn nth(&self, index: usize, first: usize, step: usize, of: usize) -> Result<Place> {
        ensure!(index >= first, "{index} is below {first}; begin the array at {first}");
        Place::checked((index - first) / step + 1, of).map_err(anyhow::Error::msg)
    }
}
