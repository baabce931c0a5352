//! Manages the directory of a site. It holds one page, and is written to only if it holds nothing else.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use skipbench_reports::input;
use skipbench_reports::page::SITE_MARK;

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
        !page.exists() || is_site(&page),
        "{}: it is not a page of a site, and is not overwritten; name a directory that is new or empty",
        page.display()
    );
    Ok(page)
}

/// Returns whether a file is a page of a site. A folder of that name, or a file that cannot be read as text, is not.
fn is_site(page: &Path) -> bool {
    input::text(page, input::PLAN).is_ok_and(|text| text.contains(SITE_MARK))
}
