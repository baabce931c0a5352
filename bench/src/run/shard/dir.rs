//! The directory of a share: made by whoever comes first, gone on with by whoever comes later.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::run::rundir::{self, PLAN, Plan};

/// Makes the directory, or opens it again, and keeps every other skipbench out of it.
///
/// # Errors
/// If another one is at work there, it holds another share or plan, or the file system refuses.
pub(crate) fn enter(dir: &Path, plan: Plan) -> Result<(File, Plan)> {
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    let lock = rundir::lock(dir)?;
    if rundir::is_begun(dir) {
        return Ok((lock, agreed(dir, &plan)?));
    }
    rundir::refuse_run(dir)?;
    rundir::update(dir, &plan)?;
    Ok((lock, plan))
}

/// The plan that is there, which must be of the same share.
fn agreed(dir: &Path, plan: &Plan) -> Result<Plan> {
    let there = rundir::open(dir)?;
    // Its cells may differ: those of a set may be measured alone by now.
    ensure!(
        there.shard == plan.shard,
        "{}: it is of another plan or share; give another --out, or the suite and options that it was begun with",
        dir.join(PLAN).display()
    );
    Ok(there)
}
