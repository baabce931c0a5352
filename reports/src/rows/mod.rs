//! Holds the rows, column by column, and the files that store them.

mod columns;
pub(crate) mod command;
pub mod document;
pub mod journal;
pub mod latest;
pub(crate) mod machine;
mod migrate;
pub(crate) mod recipe;
pub mod record;
pub mod render;
pub(crate) mod seal;
pub mod series;
pub mod shared_text;
pub mod store;
pub mod style;
pub mod task;
