//! Says where data sets are.

use std::path::{Path, PathBuf};

/// Environment variable that names the directory of downloaded data sets.
pub(crate) const DATA_DIR: &str = "SKIPBENCH_DATA";

/// Default directory of downloaded data sets.
pub(crate) const DEFAULT_DIR: &str = "data";

/// Returns the directory that the environment names. A variable that is set but empty names none.
pub(crate) fn dir_from_environment() -> Option<PathBuf> {
    std::env::var_os(DATA_DIR).filter(|dir| !dir.is_empty()).map(PathBuf::from)
}

/// Returns what is meant by a path that begins with `~`, which only a shell turns into the home directory.
pub(crate) fn beyond_home(path: &Path) -> Option<PathBuf> {
    let rest = path.components().skip_while(|part| part.as_os_str() != "~").skip(1);
    let tilde = path.components().any(|part| part.as_os_str() == "~");
    tilde.then(|| rest.fold(std::env::home_dir().unwrap_or_else(|| "/home/you".into()), |path, part| path.join(part)))
}
