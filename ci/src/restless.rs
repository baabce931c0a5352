//! Finds programs that worked between their turns, and so slowed the others. This decides no verdict, but is reported.

use std::collections::BTreeMap;

use serde::Serialize;
use skipbench_reports::analyses::restless::restless_share;
use skipbench_reports::rows::store::Run;
use skipbench_reports::stats::lockstep::RESTLESS;

use crate::finding::cell_name;

/// A program that did not sleep between its turns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Restless {
    /// What was measured, as findings name it.
    pub cell: String,
    /// Name of the program: `base` or `head`.
    pub program: String,
    /// Processor time between its turns, as a share of the time of its steps.
    pub cpu_share: f64,
}

impl Restless {
    /// Creates it for a program that worked for `share` of its steps' time, or returns `None` if that is little.
    pub fn of(cell: &str, program: &str, share: f64) -> Option<Self> {
        let told = Self { cell: cell.to_owned(), program: program.to_owned(), cpu_share: share };
        (share > RESTLESS).then_some(told)
    }
}

impl std::fmt::Display for Restless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { cell, program, cpu_share } = self;
        write!(
            f,
            "{cell}: the {program} works between its turns, for {:.1} % of its steps' time, and so may slow the other: \
             let its threads sleep",
            cpu_share * 100.0
        )
    }
}

/// Returns the cells of a run in which its program, called `program`, did not sleep.
pub fn restless(runs: &[Run], program: &str) -> Vec<Restless> {
    let mut cells: BTreeMap<String, Vec<&Run>> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.row.set.is_some()) {
        cells.entry(cell_name(&run.row)).or_default().push(run);
    }
    let told = |(cell, runs): (String, Vec<&Run>)| Restless::of(&cell, program, restless_share(runs.into_iter())?);
    cells.into_iter().filter_map(told).collect()
}
