//! Images: where they come from ([`Source`]), and the decoded set ([`DataSet`]).

mod batches;
mod cifar;
mod digits;
mod error;
pub(crate) mod fetch;
mod folder;
mod generated;
mod set;
mod source;
mod whole;

use std::path::PathBuf;

pub use batches::{Augment, Batches};
pub(crate) use batches::{Batch, Normalisation};
pub(crate) use error::DataError;
pub use set::DataSet;
pub(crate) use set::{Split, Summary};
pub use source::{Settings, Source};

/// Environment variable that names the directory of downloaded data sets.
pub(crate) const DATA_DIR: &str = "SKIPBENCH_DATA";

/// Where downloaded data sets lie if nothing says otherwise.
pub(crate) const DEFAULT_DIR: &str = "data";

/// The directory that the environment names; a variable that is set but empty names none.
pub(crate) fn dir_from_environment() -> Option<PathBuf> {
    std::env::var_os(DATA_DIR).filter(|dir| !dir.is_empty()).map(PathBuf::from)
}
