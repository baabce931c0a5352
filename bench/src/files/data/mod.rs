//! Holds images: where they come from ([`Source`]), and the decoded set ([`DataSet`]).

mod batches;
mod cifar;
mod digits;
mod elsewhere;
mod error;
pub(crate) mod fetch;
mod folder;
mod generated;
mod half;
mod idx;
mod location;
mod read;
mod regular;
mod set;
mod source;

pub use batches::{Augment, Batches};
pub(crate) use batches::{Batch, Normalization};
pub use error::DataError;
pub use half::Half;
pub(crate) use location::{DATA_DIR, DEFAULT_DIR, beyond_home, dir_from_environment};
pub use read::Read;
pub use set::DataSet;
pub(crate) use set::{Split, Summary};
pub use source::{Settings, Source};
