//! What people bring on disk: images ([`data`]) and [`weights`], read whatever wrote them.

pub(crate) mod data;
mod packed;
pub(crate) mod weights;
