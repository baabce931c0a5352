//! What skipbench's numbers say.
//!
//! - [`record`]: the rows, column by column; [`store`]: files of rows, read and written.
//! - [`stats`]: medians and intervals; [`group`]: the one grouping; [`compare`]: each member of a matched group
//!   against its reference.
//! - [`table`], [`render`]: the only places that format.
//!
//! Everything between reading and formatting is a pure function. Nothing here knows Burn.

pub mod compare;
pub mod group;
pub mod record;
pub mod render;
pub mod stats;
pub mod store;
pub mod table;
