//! Says where pages may be written. A page replaces only an earlier one of its kind, and the directory of a site is
//! written to only if it holds nothing else.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use skipbench_reports::input;
use skipbench_reports::page::{PAGE_MARK, SITE_MARK};

/// Name of the only file of a site.
const PAGE: &str = "index.html";

/// Returns the path of the page of a site in `dir`. It changes nothing.
///
/// # Errors
/// Returns an error if `dir` is no directory, or holds anything except the page of a site.
pub(super) fn page_in(dir: &Path) -> Result<PathBuf> {
    let page = dir.join(PAGE);
    if fs::symlink_metadata(dir).is_err() {
        return Ok(page);
    }
    let entries = fs::read_dir(dir).with_context(|| format!("--site {}", dir.display()))?;
    for entry in entries {
        let name = entry.with_context(|| dir.display().to_string())?.file_name();
        ensure!(
            name == OsStr::new(PAGE),
            "--site {}: it holds {}, which is not part of a site; name a directory that is new or empty",
            dir.display(),
            name.display()
        );
    }
    ensure!(
        !page.exists() || has_mark(&page, SITE_MARK),
        "{}: it is not a page of a site, and is not overwritten; name a directory that is new or empty",
        page.display()
    );
    Ok(page)
}

/// Returns the file of a report's page. It changes nothing.
///
/// # Errors
/// Returns an error if `file` exists and is no page of an earlier report.
pub(super) fn page_at(file: &Path) -> Result<PathBuf> {
    ensure!(
        fs::symlink_metadata(file).is_err() || has_mark(file, PAGE_MARK),
        "{}: it is not a page of an earlier report, and is not overwritten; name a new file with --out",
        file.display()
    );
    Ok(file.to_owned())
}

/// Returns whether a file bears a page's mark. A folder of that name, or a file that cannot be read as text, does not.
fn has_mark(page: &Path, mark: &str) -> bool {
    input::text(page, input::PLAN).is_ok_and(|text| text.contains(mark))
}
