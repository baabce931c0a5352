//! Says what skipbench's numbers mean. Data flows one way through the modules, in this order:
//!
//! - [`input`]: how files are opened. [`rows`]: the rows, column by column, and their files.
//! - [`stats`]: medians, intervals, exponents, ratios and differences; programs that take turns
//!   ([`lockstep`](stats::lockstep)).
//! - [`analyses`]: what is compared ([`metric`](analyses::metric)), the one grouping ([`group`](analyses::group)), and
//!   what follows from it.
//! - [`claims`]: what is said of skip connections, judged.
//! - [`report`]: all of it, computed once.
//! - [`figure`], [`table`]: what is shown, as plots and as text. [`chart`], [`page`]: the same as SVG and as HTML.
//!
//! Everything between reading and formatting is a pure function. Nothing here knows Burn.

pub mod analyses;
pub mod chart;
pub mod claims;
pub mod figure;
pub mod input;
pub mod page;
pub mod report;
pub mod rows;
pub mod stats;
pub mod table;

/// Exposes what tests of this crate look at inside it. It is not an interface.
#[doc(hidden)]
pub mod inside {
    pub use crate::chart::scale::{Layout, format_short, format_ticks};
    pub use crate::stats::estimate::{far_above, growth_exponent};
    pub use crate::table::document::{Section, format_section};
}
