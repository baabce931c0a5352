//! Judges what is said of skip connections by rows. Each claim has a rule, the numbers that decide, and a verdict.
//!
//! A claim reads the rows of the suite of its name (`claim-depth` and so on), whoever wrote that suite. Each analysis
//! is a pure function in its own file. [`Condition`]s decide; [`Measures`] and [`Plot`]s show the rest. Nothing here
//! formats.

mod claim;
mod condition;
mod depth;
mod evidence;
mod finding;
mod gradients;
mod identity;
mod judge;
mod measure;
mod memory;
mod reuse;
mod styles;
mod transformer;

pub use claim::Claim;
pub use condition::{ClaimVerdict, Condition, Outcome, Side};
pub use finding::{ClaimRow, Finding, rows};
pub use judge::{CLAIMS, findings};
pub use measure::{Column, MeasureRow, Measures, Plot, PlotAxis, PlotKind, Trace};
