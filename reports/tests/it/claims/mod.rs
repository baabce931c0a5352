//! Claims judged by rows whose answer is known: supported, not supported, inconclusive. A file a claim; here is what
//! they share and what holds for all.

mod cards;
mod depth;
mod gradients;
pub(crate) mod identity;
mod memory;
mod reuse;
mod styles;
mod transformer;

use skipbench_reports::claims::{CLAIMS, Finding, Outcome, findings, rows};
use skipbench_reports::inside::{Section, format_section};
use skipbench_reports::page::page;
use skipbench_reports::report::Report;
use skipbench_reports::rows::record::{RunRow, SampleRow, Status};
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::{self, Format};

use super::row;
use depth::trained;
use identity::identities;
use styles::styles;

/// A cell of a claim's suite: a backbone of that style and depth.
fn cell(claim: &str, task: &str, (style, depth): (&str, u64), seed: u64) -> RunRow {
    RunRow {
        suite: format!("claim-{claim}"),
        group: format!("depth {depth}"),
        skip: style.into(),
        depth,
        family: "backbone".into(),
        ..row(&format!("backbone-{style}-{depth}-w8"), task, seed)
    }
}

/// With series, each of values from index `first` on.
fn with(row: RunRow, series: &[(&str, u64, Vec<f64>)]) -> Run {
    let sample = |name: &str, index: u64, value: f64| {
        let (cell, series) = (row.cell.clone(), name.to_owned());
        SampleRow { cell: cell.into(), series: series.into(), index, value }
    };
    let samples = series
        .iter()
        .flat_map(|(name, first, values)| (*first..).zip(values).map(|(index, value)| sample(name, index, *value)))
        .collect();
    Run { row, samples }
}

/// A little that differs from seed to seed, and not alike for every style.
fn jitter(style: &str, seed: u64) -> f64 {
    ((seed * 7 + style.len() as u64 * 3) % 5) as f64 - 2.0
}

fn only(found: Vec<Finding>) -> Finding {
    let [finding] = <[Finding; 1]>::try_from(found).expect("one claim under one set of conditions");
    finding
}

fn outcomes(finding: &Finding) -> Vec<Outcome> {
    finding.conditions.iter().map(|condition| condition.outcome).collect()
}

#[test]
fn another_machine_or_data_set_is_another_verdict_and_other_suites_none() {
    let all = [("none", [50, 700]), ("add", [40, 60]), ("concat", [30, 20])];
    let mut elsewhere = trained(all, 3);
    elsewhere.iter_mut().for_each(|run| run.row.host = "m2".into());
    let mut failing = trained(all, 3);
    failing[0].row.status = Status::Crashed;
    failing[0].row.error = "training diverged".into();
    let found = findings(&[failing, elsewhere].concat());
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].broken, found[1].broken), (1, 0));
    let reason = "backbone-none-22-w8, seed 1, was not measured: training diverged";
    assert!(found[0].remarks == [reason] && found[1].remarks.is_empty(), "{:?}", found[0].remarks);
    let mut other = trained(all, 3);
    other.iter_mut().for_each(|run| run.row.suite = "quick".into());
    assert!(findings(&other).is_empty());
}

#[test]
fn every_claim_says_what_it_is_and_how_it_is_judged() {
    for claim in CLAIMS {
        assert!(claim.sentence.ends_with('.') && claim.caution.ends_with('.'), "{}", claim.name);
        assert!(claim.rule.contains("Supported: ") && claim.rule.contains("Not supported: "), "{}", claim.name);
    }
    assert!(findings(&[]).is_empty());
}

/// Terminal, Markdown, HTML and CSV say the same.
#[test]
fn verdicts_are_in_every_form_of_the_report() {
    let all = [
        trained([("none", [50, 700]), ("add", [40, 60]), ("concat", [30, 20])], 3),
        styles(&[("hyper", 30)]),
        identities([0.2, 0.3], [0.2, 0.3]),
    ];
    let report = Report::new(all.concat());
    let (html, markdown) = (page(&report), format_section(&report, Section::Claims));
    for finding in &report.claims {
        let heading = format!("{}: {}", finding.claim, finding.verdict.word());
        assert!(
            markdown.contains(&heading) && table::format_claims(&report.claims, Format::Terminal).contains(&heading)
        );
        assert!(html.contains(finding.sentence) && html.contains(&format!(">{}</span>", finding.verdict.word())));
        for condition in &finding.conditions {
            assert!(html.contains(&condition.says) && markdown.contains(&condition.says), "{}", condition.says);
        }
    }
    let lines = rows(&report.claims);
    assert_eq!(lines.len(), report.claims.iter().map(|finding| finding.conditions.len()).sum::<usize>());
    let json = serde_json::to_value(&report.claims).expect("plain data");
    assert_eq!(json[0]["verdict"], "supported");
    assert_eq!(json[0]["conditions"][0]["outcome"], "holds");
    assert!(json[0]["conditions"][0]["estimate"]["low"].as_f64().is_some_and(|low| low > 0.0));
    insta::assert_snapshot!(table::verdicts(&report.claims).format(Format::Markdown), @r"
    | claim    | what is said                                                                                       | verdict      | measured       | seeds |
    |----------|----------------------------------------------------------------------------------------------------|--------------|----------------|-------|
    | depth    | Skip connections make networks of a hundred layers trainable.                                      | supported    | digits on flex |     3 |
    | identity | A stack of layers learns the identity, or something near it, more easily with a skip than without. | inconclusive | digits on flex |     3 |
    | styles   | There are more accurate ways to join than plain addition.                                          | supported    | digits on flex |     5 |
    ");
}
