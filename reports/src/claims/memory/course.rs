//! Defines what grows and what stays fixed meanwhile, which decides the rows of one curve and their places on it.

use std::collections::{BTreeMap, BTreeSet};

use crate::claims::evidence::Evidence;
use crate::rows::record::RunRow;

/// Names what a curve is drawn against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension {
    Depth,
    Width,
    Growth,
}

impl Dimension {
    /// Returns the word that people read.
    pub(super) fn word(self) -> &'static str {
        match self {
            Dimension::Depth => "depth",
            Dimension::Width => "width",
            Dimension::Growth => "growth",
        }
    }

    /// Returns how far along a row is. A specification need not have the key.
    fn of(self, row: &RunRow) -> Option<u64> {
        match self {
            Dimension::Depth => Some(row.depth),
            Dimension::Width | Dimension::Growth => {
                serde_json::from_str::<serde_json::Value>(&row.spec).ok()?[self.word()].as_u64()
            }
        }
    }
}

/// Defines what grows, and what stays fixed meanwhile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    /// Name in file names.
    pub(super) name: &'static str,
    /// Title that people read.
    pub(super) title: &'static str,
    /// Axis along which it grows.
    pub(super) axis: Dimension,
    /// Budget in which networks outside sweeps are matched; `None` for a sweep along the axis.
    budget: Option<&'static str>,
}

/// Growth of depth, with all else fixed.
pub(super) const BY_DEPTH: Course =
    Course { name: "depth", title: "depth at a fixed growth", axis: Dimension::Depth, budget: None };

/// Pairs of different depths, matched in parameters and in MACs.
pub(super) const DEPTHS: [Course; 2] = [
    Course {
        name: "depth-params",
        title: "depth at matched parameters",
        axis: Dimension::Depth,
        budget: Some("params"),
    },
    Course { name: "depth-macs", title: "depth at matched MACs", axis: Dimension::Depth, budget: Some("macs") },
];

const BY_GROWTH: Course =
    Course { name: "growth", title: "growth at a fixed depth", axis: Dimension::Growth, budget: None };

/// Pairs of different growth at one depth. Addition has no growth rate, and the one that matches follows the width,
/// which both networks of a pair have. Against the width the two can be compared.
pub(super) const WIDTHS: [Course; 2] = [
    Course {
        name: "growth-params",
        title: "width and growth at matched parameters",
        axis: Dimension::Width,
        budget: Some("params"),
    },
    Course {
        name: "growth-macs",
        title: "width and growth at matched MACs",
        axis: Dimension::Width,
        budget: Some("macs"),
    },
];

pub(super) const COURSES: [Course; 6] = [BY_DEPTH, DEPTHS[0], DEPTHS[1], BY_GROWTH, WIDTHS[0], WIDTHS[1]];

impl Course {
    /// Returns its rows.
    pub(super) fn of<'a>(&self, evidence: &Evidence<'a>) -> Evidence<'a> {
        match self.budget {
            None => evidence.only(|row| row.sweep == self.axis.word()),
            Some(budget) => self.straight(&evidence.only(|row| row.sweep.is_empty() && row.budget == budget)),
        }
    }

    /// Returns those of matched rows on one straight line: at the width that most depths have, or at the depth that
    /// most widths have.
    fn straight<'a>(&self, matched: &Evidence<'a>) -> Evidence<'a> {
        let held = if self.axis == Dimension::Depth { Dimension::Width } else { Dimension::Depth };
        let mut lines: BTreeMap<Option<u64>, BTreeSet<Option<u64>>> = BTreeMap::new();
        for row in matched.runs().iter().map(|run| &run.row) {
            lines.entry(held.of(row)).or_default().insert(self.axis.of(row));
        }
        let longest = lines.into_iter().max_by_key(|(_, places)| places.len()).map(|(at, _)| at);
        matched.only(|row| Some(held.of(row)) == longest)
    }

    /// Returns how far along it a row is.
    pub(super) fn place(&self, row: &RunRow) -> Option<u64> {
        row.sweep_value.or_else(|| self.axis.of(row))
    }
}
