//! `reuse`: lesions, ranks and weights.

use skipbench_reports::claims::{ClaimVerdict, Outcome, findings};
use skipbench_reports::figure::{Kind, figures};
use skipbench_reports::page::page;
use skipbench_reports::report::Report;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::{self, Format};

use super::{cell, jitter, only, outcomes, with};

/// Right answers of 1,000 that are left, the effective rank, and what weights each layer gives to source 0, 1, …
fn lesioned(styles: [(&str, f64, f64); 3], use_of_input: f64) -> Vec<Run> {
    let mut runs = Vec::new();
    for (style, left, rank) in styles {
        for seed in 1..=3 {
            let intact =
                RunRow { test_correct: Some(950), test_total: Some(1000), ..cell("reuse", "reuse", (style, 22), seed) };
            let left = left + 3.0 * jitter(style, seed);
            let mut series = vec![
                ("lesion_correct", 1, vec![left, left + 10.0]),
                ("swap_correct", 1, vec![left]),
                ("effective_rank", 1, vec![rank / 2.0, rank + 0.1 * jitter(style, seed)]),
            ];
            if style == "concat" {
                let wobble = 0.01 * jitter(style, seed);
                for layer in [1, 2, 3] {
                    let uses = (0..layer).map(|source| if source + 1 == layer { 1.0 } else { use_of_input + wobble });
                    series.push(("weight_use", 10_000 + layer * 100, uses.collect()));
                }
            }
            runs.push(with(intact, &series));
        }
    }
    runs
}

#[test]
fn reuse_needs_weights_ranks_and_lesions() {
    let all = [("none", 300.0, 5.0), ("add", 900.0, 6.0), ("concat", 850.0, 9.0)];
    let finding = only(findings(&lesioned(all, 0.8)));
    assert_eq!(finding.verdict, ClaimVerdict::Supported, "{:?}", finding.conditions);
    let lost = finding.measures[0].lines[0].values[1].expect("measured").value;
    assert!((lost - 0.645).abs() < 0.01, "950 less 300 and 310 of 1,000: {lost}");
    let unused = only(findings(&lesioned(all, 0.1)));
    assert_eq!((unused.verdict, outcomes(&unused)[0]), (ClaimVerdict::NotSupported, Outcome::Contradicted));
    let alike = only(findings(&lesioned([("none", 900.0, 6.0), ("add", 900.0, 6.0), ("concat", 900.0, 6.0)], 0.8)));
    assert_eq!(alike.verdict, ClaimVerdict::Inconclusive, "{:?}", alike.conditions);
}

#[test]
fn the_heat_map_has_a_row_a_layer_and_a_column_a_source() {
    let runs = lesioned([("none", 300.0, 5.0), ("add", 900.0, 6.0), ("concat", 850.0, 9.0)], 0.8);
    let all = figures(&Report::new(runs));
    let heat = all.iter().find(|figure| figure.kind == Kind::Heat).expect("weights were recorded");
    assert_eq!(heat.id, "claim-reuse-weight-use-1");
    assert_eq!(heat.series.iter().map(|series| series.points.len()).collect::<Vec<_>>(), [1, 2, 3]);
    let drawn = skipbench_reports::chart::standalone(heat);
    assert_eq!(drawn.matches("class=\"bar\"").count(), 6);
    assert!(drawn.contains("layer 3, source 0: mean |w| 0.8") && !drawn.contains("NaN"), "{drawn}");
}

#[test]
fn a_half_trained_plain_network_is_told_in_every_form() {
    let all = [("none", 300.0, 5.0), ("add", 900.0, 6.0), ("concat", 850.0, 9.0)];
    assert!(only(findings(&lesioned(all, 0.8))).remarks.is_empty(), "all are as accurate");
    let mut runs = lesioned(all, 0.8);
    runs.iter_mut().filter(|run| run.row.skip == "none").for_each(|run| run.row.test_correct = Some(610));
    let report = Report::new(runs);
    let said =
        "the plain network is half-trained, with 61.0 % of the test images correct and the others with at least 95.0 %";
    assert!(report.claims[0].remarks[0].starts_with(said), "{:?}", report.claims[0].remarks);
    assert_eq!(report.claims[0].verdict, ClaimVerdict::Inconclusive, "its lesions decide nothing");
    assert!(table::format_claims(&report.claims, Format::Markdown).contains(said) && page(&report).contains(said));
}
