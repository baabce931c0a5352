//! What people bring on disk: images ([`data`]) and [`weights`], read whatever wrote them.

pub(crate) mod data;
mod mistaken;
mod packed;
pub(crate) mod weights;
