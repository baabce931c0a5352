//! Computes everything that rows say once: what commands print and reports draw.

use std::path::PathBuf;

use crate::analyses::answer::{Answer, answers};
use crate::analyses::compare::{Comparison, compare};
use crate::analyses::frontier::{Frontier, frontiers};
use crate::analyses::group::{Group, Origin, group};
use crate::analyses::lineup::{Lined, lineup};
use crate::analyses::notes::notes;
use crate::analyses::published::{PublishedComparison, compare_published};
use crate::analyses::rank::{By, Ranking, rankings};
use crate::analyses::roofline::{Roof, roofs};
use crate::analyses::scaling::{Curve, curves};
use crate::claims::{Finding, findings};
use crate::rows::latest::latest;
use crate::rows::record::Status;
use crate::rows::store::Run;

/// Holds all analyses of the same rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Rows themselves.
    pub runs: Vec<Run>,
    /// Matched groups.
    pub groups: Vec<Group>,
    /// Answers: what a skip buys and costs.
    pub answers: Vec<Answer>,
    /// Networks of the groups, side by side.
    pub lineup: Vec<Lined>,
    /// Judged claims about skip connections.
    pub claims: Vec<Finding>,
    /// What papers measured, beside what was measured here.
    pub published: Vec<PublishedComparison>,
    /// Comparisons of each member with its reference.
    pub comparisons: Vec<Comparison>,
    /// Pareto frontiers of accuracy against costs.
    pub frontiers: Vec<Frontier>,
    /// Rankings of skip styles over all groups.
    pub rankings: Vec<Ranking>,
    /// Curves along sweeps.
    pub curves: Vec<Curve>,
    /// Times against ceilings.
    pub roofs: Vec<Roof>,
    /// Origins of the numbers, each with its device.
    pub origins: Vec<(String, Origin)>,
    /// Notes: what to know before believing the numbers.
    pub notes: Vec<String>,
    /// Number of cells that could not be measured.
    pub broken: usize,
}

/// Holds what `compare` prints, which is much less work than a whole report.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Comparisons of each member with its reference.
    pub comparisons: Vec<Comparison>,
    /// Curves along sweeps.
    pub curves: Vec<Curve>,
    /// Origins of the numbers, each with its device.
    pub origins: Vec<(String, Origin)>,
    /// Notes: what to know before believing the numbers.
    pub notes: Vec<String>,
}

impl Compared {
    /// Compares `runs`. `superseded` says which records were left out.
    pub fn new(runs: &[Run], superseded: Vec<String>) -> Self {
        let notes = superseded.into_iter().chain(notes(runs)).collect();
        Self { comparisons: compare(&group(runs)), curves: curves(runs), origins: Origin::all(runs), notes }
    }
}

impl Report {
    /// Returns the part of it that `compare` prints.
    pub fn compared(&self) -> Compared {
        Compared {
            comparisons: self.comparisons.clone(),
            curves: self.curves.clone(),
            origins: self.origins.clone(),
            notes: self.notes.clone(),
        }
    }

    /// Analyzes what directories hold. Records that later ones repeat are left out, and the notes say so.
    pub fn of(dirs: Vec<(PathBuf, Vec<Run>)>) -> Self {
        let (runs, superseded) = latest(dirs);
        let report = Self::new(runs);
        Self { notes: superseded.into_iter().chain(report.notes).collect(), ..report }
    }

    /// Analyzes `runs`.
    pub fn new(runs: Vec<Run>) -> Self {
        let groups = group(&runs);
        Self {
            answers: answers(&groups),
            lineup: lineup(&groups),
            claims: findings(&runs),
            published: compare_published(&runs),
            comparisons: compare(&groups),
            frontiers: frontiers(&groups),
            rankings: rankings(&groups, By::Style),
            curves: curves(&runs),
            roofs: roofs(&runs),
            origins: Origin::all(&runs),
            notes: notes(&runs),
            broken: runs.iter().filter(|run| run.row.status != Status::Ok).count(),
            groups,
            runs,
        }
    }
}
