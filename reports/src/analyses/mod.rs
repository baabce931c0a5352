//! Analyzes rows by pure functions.

pub mod answer;
pub mod choice;
pub mod compare;
pub mod diff;
pub(crate) mod distinguish;
pub mod frontier;
pub mod group;
pub mod lineup;
pub mod metric;
pub mod notes;
pub mod published;
pub mod quantity;
pub mod rank;
pub mod recommend;
pub mod restless;
pub mod roofline;
pub mod scaling;
