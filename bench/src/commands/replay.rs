//! Runs `skipbench replay`: repeats one cell of a run in this process.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use super::{print_json, say};
use crate::run::rundir;
use crate::tasks::dispatch;

pub(crate) fn run(dir: &Path, cell: &str) -> Result<ExitCode> {
    let plan = rundir::open(dir)?;
    let Some(planned) = rundir::cell(dir, &plan, cell)? else {
        bail!("{}: no cell begins with `{cell}`; runs.csv and plan.json name them", dir.display())
    };
    say(&format!(
        "{} on {} (set RAYON_NUM_THREADS={} for the same threads)",
        planned.cell.label(),
        planned.cell.device,
        planned.cell.threads
    ));
    if let Some(set) = planned.cell.set {
        say(&format!(
            "it took turns with others in set {set}; here it is measured alone, and its time says nothing about theirs"
        ));
    }
    print_json(&dispatch::run(&planned.cell, None, &mut |_| {})?)?;
    Ok(ExitCode::SUCCESS)
}
