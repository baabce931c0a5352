//! What follows from rows: pure functions over them.

pub mod answer;
pub(crate) mod apart;
pub mod compare;
pub mod diff;
pub mod frontier;
pub mod group;
pub mod metric;
pub mod notes;
pub mod published;
pub mod quantity;
pub mod rank;
pub mod recommend;
pub mod roofline;
pub mod scaling;
