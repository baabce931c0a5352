//! Judges every claim by rows, with those of one set of conditions together.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::claim::{Claim, Examined};
use super::evidence::Evidence;
use super::finding::Finding;
use super::{depth, gradients, identity, memory, reuse, styles, transformer};
use crate::analyses::group::Origin;
use crate::rows::record::{RunRow, Status};
use crate::rows::store::Run;
use crate::rows::{machine, recipe, task};

/// Lists every claim, in the order of a report.
pub const CLAIMS: [Claim; 7] =
    [depth::CLAIM, gradients::CLAIM, identity::CLAIM, reuse::CLAIM, memory::CLAIM, transformer::CLAIM, styles::CLAIM];

/// Returns every claim that `runs` have rows for, once for each set of conditions. The set with most seeds comes first.
pub fn findings(runs: &[Run]) -> Vec<Finding> {
    CLAIMS.iter().flat_map(|claim| judged(claim, runs)).collect()
}

fn judged(claim: &Claim, runs: &[Run]) -> Vec<Finding> {
    let mut verdicts: Vec<(VerdictKey<'_>, HashSet<MeasurementKey<'_>>, Vec<&Run>)> = Vec::new();
    for run in runs.iter().filter(|run| run.row.suite == claim.suite()) {
        let (key, measurement) = (verdict_key(&run.row), measurement_key(&run.row));
        let fits = |(other, measurements, runs): &&mut (VerdictKey<'_>, HashSet<MeasurementKey<'_>>, Vec<&Run>)| {
            *other == key && !measurements.contains(&measurement) && same_clock(runs, &run.row)
        };
        match verdicts.iter_mut().find(fits) {
            Some((_, measurements, runs)) => {
                measurements.insert(measurement);
                runs.push(run);
            }
            None => verdicts.push((key, HashSet::from([measurement]), vec![run])),
        }
    }
    let mut found: Vec<Finding> = verdicts.iter().filter_map(|(.., runs)| finding(claim, runs)).collect();
    found.sort_by_key(|finding| Reverse(finding.seeds.len()));
    found
}

/// Key that the rows behind one verdict have in common.
type VerdictKey<'a> = [&'a str; 8];

/// Returns the key of a row. Its last part says on whose kernels it was measured, and rows of different kernels are
/// never mixed.
fn verdict_key(row: &RunRow) -> VerdictKey<'_> {
    let RunRow { data, data_sha256, device, git_revision, burn_version, features, .. } = row;
    let [data, sha, device, revision, burn, features] =
        [data, data_sha256, device, git_revision, burn_version, features].map(String::as_str);
    [data, sha, device, machine::pool(row), revision, burn, features, recipe::kernels(&row.recipe)]
}

/// Whether no other machine timed anything, or the row holds no time.
fn same_clock(runs: &[&Run], row: &RunRow) -> bool {
    let timed = || runs.iter().find(|run| task::is_timed(&run.row.task));
    !task::is_timed(&row.task) || timed().is_none_or(|run| run.row.host == row.host)
}

/// Identifies what one row measures. A second such row, by another recipe or from another run, is not another replicate
/// and has a verdict of its own.
type MeasurementKey<'a> = (&'a str, &'a str, &'a str, u64, u64, bool, Option<u64>);

fn measurement_key(row: &RunRow) -> MeasurementKey<'_> {
    (&row.group, &row.model, &row.task, row.seed, row.round, row.twin, row.sweep_value)
}

/// Returns the finding, or `None` if nothing was measured.
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
    remarks.extend(describe_unmeasured(runs));
    let finding = Finding {
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
    Some(finding)
}

/// Describes networks that could not be measured, each with the first reason. A loss that is not a number says
/// something about the network.
fn describe_unmeasured(runs: &[&Run]) -> Vec<String> {
    let mut reasons: Vec<(&str, String)> = Vec::new();
    for row in runs.iter().map(|run| &run.row).filter(|row| row.status != Status::Ok) {
        if reasons.iter().all(|(model, _)| *model != row.model) {
            reasons.push((&row.model, format!("{}, seed {}, was not measured: {}", row.model, row.seed, row.error)));
        }
    }
    reasons.into_iter().map(|(_, reason)| reason).collect()
}
