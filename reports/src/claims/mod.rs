//! What is said of skip connections, judged by rows: for each claim a rule, the numbers that decide, a
//! verdict.
//!
//! A claim reads the rows of the suite of its name (`claim-depth` and so on), whoever wrote that suite. Each analysis is a pure
//! function in a file of its own; [`Condition`]s decide, [`Measures`] and [`Plot`]s show the rest. Nothing here formats.

mod condition;
mod depth;
mod evidence;
mod gradients;
mod identity;
mod measure;
mod memory;
mod reuse;
mod styles;
mod transformer;

use std::cmp::Reverse;
use std::collections::HashSet;

use serde::Serialize;

use crate::analyses::group::Origin;
use crate::analyses::quantity::Quantity;
use crate::rows::recipe;
use crate::rows::record::{RunRow, Status};
use crate::rows::store::Run;

pub use condition::{Condition, Outcome, Side, Verdict};
pub use measure::{Along, Column, Drawn, Line, Measures, Plot, Trace};

use evidence::Evidence;

/// A claim and how it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is said.
    pub sentence: &'static str,
    /// What decides.
    pub rule: &'static str,
    /// What the verdict does not say.
    pub caution: &'static str,
    examine: fn(&Evidence<'_>) -> Examined,
}

/// Every claim, in the order of a report.
pub const CLAIMS: [Claim; 7] =
    [depth::CLAIM, gradients::CLAIM, identity::CLAIM, reuse::CLAIM, memory::CLAIM, transformer::CLAIM, styles::CLAIM];

impl Claim {
    /// Name of the suites whose rows it reads.
    pub fn suite(&self) -> String {
        format!("claim-{}", self.name)
    }
}

/// What an analysis gives.
#[derive(Debug, Clone, Default, PartialEq)]
struct Examined {
    verdict: Verdict,
    remarks: Vec<String>,
    conditions: Vec<Condition>,
    measures: Vec<Measures>,
    plots: Vec<Plot>,
}

/// A claim judged by what was measured under one set of conditions: one data set, device, machine and build.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The claim's name.
    pub claim: &'static str,
    /// What is said.
    pub sentence: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// What decides.
    pub rule: &'static str,
    /// What the verdict does not say.
    pub caution: &'static str,
    /// What else to know before believing these very numbers.
    pub remarks: Vec<String>,
    /// Data set.
    pub data: String,
    /// Device.
    pub device: String,
    /// Where the numbers come from.
    pub origin: Origin,
    /// Seeds behind it.
    pub seeds: Vec<u64>,
    /// Cells behind it that were not measured.
    pub broken: usize,
    /// What the verdict follows from.
    pub conditions: Vec<Condition>,
    /// What else was measured.
    pub measures: Vec<Measures>,
    /// What is drawn.
    pub plots: Vec<Plot>,
}

/// Every claim that `runs` say something of, once for each set of conditions, that with most seeds first.
pub fn findings(runs: &[Run]) -> Vec<Finding> {
    CLAIMS.iter().flat_map(|claim| judged(claim, runs)).collect()
}

fn judged(claim: &Claim, runs: &[Run]) -> Vec<Finding> {
    let mut places: Vec<(Place<'_>, HashSet<Slot<'_>>, Vec<&Run>)> = Vec::new();
    for run in runs.iter().filter(|run| run.row.suite == claim.suite()) {
        let (place, slot) = (place(&run.row), slot(&run.row));
        match places.iter_mut().find(|(other, slots, _)| *other == place && !slots.contains(&slot)) {
            Some((_, slots, runs)) => {
                slots.insert(slot);
                runs.push(run);
            }
            None => places.push((place, HashSet::from([slot]), vec![run])),
        }
    }
    let mut found: Vec<Finding> = places.iter().filter_map(|(.., runs)| finding(claim, runs)).collect();
    found.sort_by_key(|finding| Reverse(finding.seeds.len()));
    found
}

/// What rows behind one verdict have in common.
type Place<'a> = [&'a str; 8];

/// The last says on whose kernels they were measured, which are never mixed with others.
fn place(row: &RunRow) -> Place<'_> {
    let RunRow { data, data_sha256, device, host, git_revision, burn_version, features, .. } = row;
    let [data, sha, device, host, revision, burn, features] =
        [data, data_sha256, device, host, git_revision, burn_version, features].map(String::as_str);
    [data, sha, device, host, revision, burn, features, recipe::kernels(&row.recipe)]
}

/// What one row measures. A second one, by another recipe or from another run, is no further replicate: it has a verdict of its own.
type Slot<'a> = (&'a str, &'a str, &'a str, u64, u64, bool, Option<u64>);

fn slot(row: &RunRow) -> Slot<'_> {
    (&row.group, &row.model, &row.task, row.seed, row.round, row.twin, row.sweep_value)
}

/// None where nothing was measured.
fn finding(claim: &Claim, runs: &[&Run]) -> Option<Finding> {
    let measured: Vec<&Run> = runs.iter().copied().filter(|run| run.row.status == Status::Ok).collect();
    let first = &measured.first()?.row;
    let mut seeds: Vec<u64> = measured.iter().map(|run| run.row.seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    let Claim { name, sentence, rule, caution, examine } = *claim;
    let (data, device, origin) = (first.data.clone(), first.device.clone(), Origin::of(first));
    let broken = runs.len() - measured.len();
    let Examined { verdict, mut remarks, conditions, measures, plots } = examine(&Evidence::new(measured));
    remarks.extend(unmeasured(runs));
    let said = Finding {
        claim: name,
        sentence,
        verdict,
        rule,
        caution,
        remarks,
        data,
        device,
        origin,
        seeds,
        broken,
        conditions,
        measures,
        plots,
    };
    Some(said)
}

/// Networks that could not be measured, each with the first reason: a loss that is no number says something of the network.
fn unmeasured(runs: &[&Run]) -> Vec<String> {
    let mut reasons: Vec<(&str, String)> = Vec::new();
    for row in runs.iter().map(|run| &run.row).filter(|row| row.status != Status::Ok) {
        if reasons.iter().all(|(model, _)| *model != row.model) {
            reasons.push((&row.model, format!("{}, seed {}, was not measured: {}", row.model, row.seed, row.error)));
        }
    }
    reasons.into_iter().map(|(_, reason)| reason).collect()
}

/// One line of `claims.csv`: one condition of one verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClaimRow {
    /// The claim's name.
    pub claim: &'static str,
    /// Data set.
    pub data: String,
    /// Device.
    pub device: String,
    /// The claim's verdict.
    pub verdict: Verdict,
    /// What would have to hold.
    pub condition: String,
    /// What kind of number decides it.
    pub quantity: Quantity,
    /// The number.
    pub estimate: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Values behind it.
    pub n: usize,
    /// On which side of `bound` it would have to lie.
    pub side: Side,
    /// What it is held against.
    pub bound: f64,
    /// Its chance were there no difference, corrected for their number, where a claim makes many comparisons.
    pub p_corrected: Option<f64>,
    /// Whether it holds.
    pub outcome: Outcome,
}

/// The verdicts as rows.
pub fn rows(findings: &[Finding]) -> Vec<ClaimRow> {
    findings.iter().flat_map(|finding| finding.conditions.iter().map(|condition| row(finding, condition))).collect()
}

fn row(finding: &Finding, condition: &Condition) -> ClaimRow {
    let estimate = condition.estimate;
    ClaimRow {
        claim: finding.claim,
        data: finding.data.clone(),
        device: finding.device.clone(),
        verdict: finding.verdict,
        condition: condition.says.clone(),
        quantity: condition.quantity,
        estimate: estimate.map(|estimate| estimate.value),
        low: estimate.and_then(|estimate| estimate.low),
        high: estimate.and_then(|estimate| estimate.high),
        n: estimate.map_or(0, |estimate| estimate.n),
        side: condition.side,
        bound: condition.bound,
        p_corrected: condition.p_corrected,
        outcome: condition.outcome,
    }
}
