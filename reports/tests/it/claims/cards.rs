//! A claim as a card: the one number that agrees with the verdict, and the plots of its own rows.

use skipbench_reports::claims::{ClaimVerdict, Finding, findings};
use skipbench_reports::inside::{Section, format_section};
use skipbench_reports::page::page;
use skipbench_reports::report::Report;
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::splice::{shown_plots, splice};

use super::depth::trained;
use super::only;
use super::styles::styles;

const DOCUMENT: &str = "# Mine\n<!-- skipbench:claims -->\n<!-- /skipbench:claims -->\n";

fn depth(none: [u64; 2], seeds: u64) -> Vec<Run> {
    trained([("none", none), ("add", [40, 60]), ("concat", [30, 20])], seeds)
}

fn deciding(finding: &Finding) -> (ClaimVerdict, String) {
    (finding.verdict, finding.deciding().map_or(String::new(), |condition| condition.says.clone()))
}

#[test]
fn the_number_of_a_card_agrees_with_its_verdict() {
    let rises = "without a skip, training error rises from the shallowest network to the deepest".to_owned();
    assert_eq!(deciding(&only(findings(&depth([50, 700], 3)))), (ClaimVerdict::Supported, rises.clone()));
    assert_eq!(deciding(&only(findings(&depth([300, 60], 3)))), (ClaimVerdict::NotSupported, rises));
    let (verdict, says) = deciding(&only(findings(&depth([50, 700], 1))));
    assert_eq!(verdict, ClaimVerdict::Inconclusive);
    assert!(says.starts_with("without a skip it rises") || says.starts_with("without a skip, training"), "{says}");
}

/// Of styles none of which is shown to be better, the nearest to it is named, not the first of the list.
#[test]
fn of_open_conditions_the_nearest_to_holding_is_named() {
    let mut runs = styles(&[("gated", 10), ("hyper", 12), ("weighted", -40)]);
    runs.retain(|run| run.row.seed < 2);
    let finding = only(findings(&runs));
    let says = "backbone-hyper-22-w8 is more accurate than addition".to_owned();
    assert_eq!(deciding(&finding), (ClaimVerdict::Inconclusive, says), "{:?}", finding.conditions);
}

/// A claim that was judged on two machines has two cards, each with the plots of its own machine.
#[test]
fn every_plot_stands_on_one_card() {
    let mut elsewhere = depth([50, 300], 3);
    elsewhere.iter_mut().for_each(|run| run.row.host = "m2".into());
    let text = page(&Report::new([depth([50, 700], 3), elsewhere].concat()));
    for id in ["claim-depth-train-error", "claim-depth-train-error-2", "claim-depth-test-error-2"] {
        assert_eq!(text.matches(&format!("id=\"plot-{id}\"")).count(), 1, "{id}");
    }
    let cards: Vec<&str> = text.split("<article class=\"claim\">").skip(1).collect();
    assert_eq!(cards.len(), 2);
    assert!(
        cards[0].contains("plot-claim-depth-train-error\"") && cards[1].contains("plot-claim-depth-train-error-2\"")
    );
    assert!(cards[1].contains("trainable. (2)</h3>"), "headings differ");
    let (shown, folded) = cards[0].split_once("<details").expect("the rest is folded");
    assert!(
        shown.contains("class=\"headline\">+64.9 [+62.0, +67.7] points<") && folded.contains("Caution: "),
        "{shown}"
    );
}

#[test]
fn a_document_shows_each_claims_first_plot_and_folds_its_tables() {
    let report = Report::new(depth([50, 700], 3));
    let text = splice(DOCUMENT, &report).expect("marked");
    let (shown, folded) = text.split_once("<details>").expect("folded");
    assert!(shown.contains("![Training error against depth](plots/claim-depth-train-error.svg)"), "{shown}");
    let decisive = "Decisive: without a skip, training error rises from the shallowest network to the deepest: **+64.9 \
                    [+62.0, +67.7] points** (needed: above 0; holds).";
    assert!(shown.contains(decisive), "{shown}");
    assert!(folded.contains("**What decides depth**") && folded.contains("</details>"), "{folded}");
    let plots: Vec<String> = shown_plots(DOCUMENT, &report).into_iter().map(|figure| figure.id).collect();
    assert_eq!(plots, ["claim-depth-train-error"]);
    assert!(shown_plots("<!-- skipbench:notes -->", &report).is_empty(), "only what a document shows");
    assert!(!format_section(&report, Section::Claims).contains("](plots/"), "elsewhere there is no such file");
}
