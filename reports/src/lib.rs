//! What skipbench's numbers say.
//!
//! - [`record`]: the rows, column by column; [`store`]: files of rows, read and written; [`journal`]: appended to; [`latest`]:
//!   of records that repeat each other the last.
//! - [`stats`], [`bootstrap`], [`paired`]: medians, intervals, exponents, ratios and differences; [`metric`]: what is compared; [`group`]: the one grouping; [`compare`]: each member of a
//!   matched group against its reference.
//! - [`scaling`]: sweeps and their exponents; [`roofline`]: times against the machine's ceilings; [`notes`]: what to know
//!   before believing them.
//! - [`claims`]: what is said of skip connections, judged; [`published`]: what papers measured, beside what was measured here.
//! - [`lockstep`]: programs that take turns, step by step.
//! - [`table`], [`render`]: the only places that format.
//!
//! Everything between reading and formatting is a pure function. Nothing here knows Burn.

pub mod answer;
mod apart;
pub mod bootstrap;
pub mod chart;
pub mod claims;
mod command;
pub mod compare;
pub mod diff;
pub mod figure;
pub mod frontier;
pub mod group;
pub mod journal;
pub mod latest;
pub mod lockstep;
pub mod metric;
pub mod migrate;
pub mod notes;
pub mod page;
pub mod paired;
mod parallel;
pub mod published;
pub mod rank;
mod recipe;
pub mod recommend;
pub mod record;
pub mod render;
pub mod report;
pub mod roofline;
pub mod scaling;
mod seal;
pub mod splice;
pub mod stats;
pub mod store;
pub mod table;
