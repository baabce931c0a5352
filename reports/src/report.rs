//! Everything that rows say, computed once: what commands print and reports draw.

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

/// All analyses of the same rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The rows themselves.
    pub runs: Vec<Run>,
    /// Matched groups.
    pub groups: Vec<Group>,
    /// What a skip buys and costs.
    pub answers: Vec<Answer>,
    /// The networks of the groups side by side.
    pub lineup: Vec<Lined>,
    /// What is said of skip connections, judged.
    pub claims: Vec<Finding>,
    /// What papers measured, beside it.
    pub published: Vec<PublishedComparison>,
    /// Each member against its reference.
    pub comparisons: Vec<Comparison>,
    /// Accuracy against costs.
    pub frontiers: Vec<Frontier>,
    /// Skip styles over all groups.
    pub rankings: Vec<Ranking>,
    /// Sweeps.
    pub curves: Vec<Curve>,
    /// Times against ceilings.
    pub roofs: Vec<Roof>,
    /// Where the numbers come from, each with its device.
    pub origins: Vec<(String, Origin)>,
    /// What to know before believing them.
    pub notes: Vec<String>,
    /// Cells that could not be measured.
    pub broken: usize,
}

/// What `compare` prints, which is much less work than a whole report.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Each member against its reference.
    pub comparisons: Vec<Comparison>,
    /// Sweeps.
    pub curves: Vec<Curve>,
    /// Where the numbers come from, each with its device.
    pub origins: Vec<(String, Origin)>,
    /// What to know before believing them.
    pub notes: Vec<String>,
}

impl Compared {
    /// Compares `runs`; `superseded` says which records were left out.
    pub fn new(runs: &[Run], superseded: Vec<String>) -> Self {
        let notes = superseded.into_iter().chain(notes(runs)).collect();
        Self { comparisons: compare(&group(runs)), curves: curves(runs), origins: Origin::all(runs), notes }
    }
}

impl Report {
    /// The part of it that `compare` prints.
    pub fn compared(&self) -> Compared {
        Compared {
            comparisons: self.comparisons.clone(),
            curves: self.curves.clone(),
            origins: self.origins.clone(),
            notes: self.notes.clone(),
        }
    }

    /// Analyses what directories hold, except for records that later ones repeat, which it says.
    pub fn of(dirs: Vec<(PathBuf, Vec<Run>)>) -> Self {
        let (runs, superseded) = latest(dirs);
        let report = Self::new(runs);
        Self { notes: superseded.into_iter().chain(report.notes).collect(), ..report }
    }

    /// Analyses `runs`.
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
