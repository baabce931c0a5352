//! A baseline: a base that is kept in the repository, until a head takes its place.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use skipbench_ci::bless::{Blessing, bless};
use skipbench_reports::rows::store::{self, Run};

/// What `head` changes of `base`, which need not be there yet.
///
/// # Errors
/// Rows that cannot be read, or that are no baseline.
pub(crate) fn blessing(base: &Path, head: &Path) -> Result<Blessing> {
    let old = if base.join(store::RUNS).exists() { store::read(base)? } else { Vec::new() };
    Ok(bless(&old, &store::read(head)?)?)
}

/// Writes a base anew, the rows last: it is whole once they are there.
///
/// # Errors
/// A head that does not say on which machine it was measured, or a file system that refuses.
pub(crate) fn write(base: &Path, head: &Path, runs: &[Run]) -> Result<()> {
    let host = head.join("host.toml");
    ensure!(host.is_file(), "{}: a baseline says on which machine it was measured", host.display());
    fs::create_dir_all(base).with_context(|| base.display().to_string())?;
    store::replace(&base.join("host.toml"), &fs::read_to_string(&host)?)?;
    Ok(store::write(base, runs)?)
}
