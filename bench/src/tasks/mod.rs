//! Does the work of a cell's process. The [`worker`] reads the cell, [`dispatch`] picks the workload, each of which is
//! a file, and all of them start from a [`Setup`].

pub(crate) mod checkpoint;
pub(crate) mod custom;
pub(crate) mod dispatch;
pub(crate) mod driven;
mod epoch;
pub(crate) mod inside;
mod interface;
pub(crate) mod leave;
pub(crate) mod memory;
pub(crate) mod meter;
pub(crate) mod precision;
mod run;
mod setup;
mod sgd;
mod step;
mod throughput;
mod train;
pub(crate) mod worker;

pub use setup::Setup;
pub(crate) use step::finite;
pub use step::step;
pub(crate) use throughput::stepped;
