//! Formats tables for people to read, as [`TextTable`]s that terminal, Markdown and HTML share. Nothing is computed
//! here.

mod answer;
mod claim_card;
mod claims;
mod comparison;
mod diff;
pub(crate) mod document;
mod effect;
mod format;
mod frontier;
mod legend;
mod lineup;
mod number;
mod plain;
mod provenance;
mod published;
mod rank;
mod recommend;
mod remarks;
mod roofline;
mod scaling;
pub mod splice;
mod text_table;

pub use answer::{describe_answers, effects, format_answers};
pub(crate) use claim_card::headline;
pub(crate) use claims::format_remarks as format_claim_remarks;
pub use claims::{format_claims, tables, verdicts};
pub use comparison::{comparison, format_comparisons};
pub use diff::format_diff;
pub(crate) use document::{Section, format_section};
pub use document::{format_conclusion, format_document, format_failures};
pub(crate) use effect::format_effect_lines;
pub use format::Format;
pub use frontier::frontier;
pub(crate) use legend::legend;
pub use lineup::lineup;
pub(crate) use number::format_metric;
pub use plain::{escape_control, format_line, format_sentence};
pub use provenance::{format_notes, format_origins};
pub use published::published;
pub use rank::rankings;
pub use recommend::format_advice;
pub(crate) use remarks::format_remarks;
pub use roofline::roofs;
pub use scaling::curves;
pub use text_table::TextTable;
