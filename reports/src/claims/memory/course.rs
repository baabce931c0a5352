//! What grows, and what stays as it is meanwhile: which rows stand on one curve, and where on it.

use std::collections::{BTreeMap, BTreeSet};

use crate::claims::evidence::Evidence;
use crate::rows::record::RunRow;

/// What a curve is drawn against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension {
    Depth,
    Width,
    Growth,
}

impl Dimension {
    /// For people.
    pub(super) fn word(self) -> &'static str {
        match self {
            Dimension::Depth => "depth",
            Dimension::Width => "width",
            Dimension::Growth => "growth",
        }
    }

    /// How far along a row is; a specification need not have the key.
    fn of(self, row: &RunRow) -> Option<u64> {
        match self {
            Dimension::Depth => Some(row.depth),
            Dimension::Width | Dimension::Growth => {
                serde_json::from_str::<serde_json::Value>(&row.spec).ok()?[self.word()].as_u64()
            }
        }
    }
}

/// What grows, and what stays as it is meanwhile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    /// Its name in file names.
    pub(super) name: &'static str,
    /// For people.
    pub(super) title: &'static str,
    /// The axis along which it grows.
    pub(super) axis: Dimension,
    /// In what networks are matched that stand in no sweep; none for a sweep along the axis.
    budget: Option<&'static str>,
}

/// Depth, all else left as it is.
pub(super) const BY_DEPTH: Course =
    Course { name: "depth", title: "depth at a fixed growth", axis: Dimension::Depth, budget: None };

/// Pairs of different depths: parameters, MACs.
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
/// which both networks of a pair have: against it the two can be compared.
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
    /// Its rows.
    pub(super) fn of<'a>(&self, evidence: &Evidence<'a>) -> Evidence<'a> {
        match self.budget {
            None => evidence.only(|row| row.sweep == self.axis.word()),
            Some(budget) => self.straight(&evidence.only(|row| row.sweep.is_empty() && row.budget == budget)),
        }
    }

    /// Of matched rows those on one straight line: at the width that most depths have, at the depth that most widths
    /// have.
    fn straight<'a>(&self, matched: &Evidence<'a>) -> Evidence<'a> {
        let held = if self.axis == Dimension::Depth { Dimension::Width } else { Dimension::Depth };
        let mut lines: BTreeMap<Option<u64>, BTreeSet<Option<u64>>> = BTreeMap::new();
        for row in matched.runs().iter().map(|run| &run.row) {
            lines.entry(held.of(row)).or_default().insert(self.axis.of(row));
        }
        let longest = lines.into_iter().max_by_key(|(_, places)| places.len()).map(|(at, _)| at);
        matched.only(|row| Some(held.of(row)) == longest)
    }

    /// How far along it a row is.
    pub(super) fn place(&self, row: &RunRow) -> Option<u64> {
        row.sweep_value.or_else(|| self.axis.of(row))
    }
}
