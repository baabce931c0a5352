//! Holds one rule per file: what is judged by it, and when it has regressed.

pub(crate) mod accuracy;
pub(crate) mod exact;
pub(crate) mod missing;
pub(crate) mod repeated;
pub(crate) mod time;
