//! `depth`: errors that rise with depth, or do not.

use skipbench_reports::claims::{ClaimVerdict, Outcome, findings};
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::{self, Format};

use super::{cell, jitter, only, outcomes, with};

/// Training errors in per mille of 1,000 images: of each style shallow and deep.
pub(super) fn trained(errors: [(&str, [u64; 2]); 3], seeds: u64) -> Vec<Run> {
    let mut runs = Vec::new();
    for (style, [shallow, deep]) in errors {
        for (depth, wrong) in [(22, shallow), (112, deep)] {
            for seed in 1..=seeds {
                let wrong = wrong as f64 + 4.0 * jitter(style, seed + depth / 10);
                let right = (1000.0 - wrong) as u64;
                let row = RunRow {
                    train_correct: Some(right),
                    train_total: Some(1000),
                    test_correct: Some(right - 20),
                    test_total: Some(1000),
                    ..cell("depth", "train", (style, depth), seed)
                };
                let epochs =
                    [("train_correct", 1, vec![500.0, right as f64]), ("train_total", 1, vec![1000.0, 1000.0])];
                runs.push(with(row, &epochs));
            }
        }
    }
    runs
}

#[test]
fn depth_is_supported_where_only_the_plain_network_degrades() {
    let runs = trained([("none", [50, 700]), ("add", [40, 60]), ("concat", [30, 20])], 3);
    let finding = only(findings(&runs));
    assert_eq!(finding.verdict, ClaimVerdict::Supported, "{:?}", finding.conditions);
    assert_eq!((finding.claim, &finding.seeds[..], finding.broken), ("depth", &[1, 2, 3][..], 0));
    let drawn: String = table::tables(&finding).iter().map(|sheet| sheet.format(Format::Markdown)).collect();
    insta::assert_snapshot!(drawn, @r"
    | condition                                                                       | outcome |             measured |    needed | values |
    |---------------------------------------------------------------------------------|---------|----------------------|-----------|--------|
    | without a skip, training error rises from the shallowest network to the deepest | holds   | +64.9 [+62.0, +67.7] |       > 0 |      3 |
    | without a skip it rises by more than with addition                              | holds   | +63.0 [+58.0, +68.0] |       > 0 |      3 |
    | the deepest network with addition trains                                        | holds   |          5.9 ± 1.5 % | &lt; 20 % |      3 |
    | without a skip it rises by more than with concatenation                         | holds   | +66.0 [+66.0, +66.0] |       > 0 |      3 |
    | the deepest network with concatenation trains                                   | holds   |          2.1 ± 1.5 % | &lt; 20 % |      3 |
    | network                | skip   |  train error |   test error | epochs to 90 % | seeds that got there | params |
    |------------------------|--------|--------------|--------------|----------------|----------------------|--------|
    | backbone-none-22-w8    | none   |  4.9 ± 1.5 % |  6.9 ± 1.5 % |           2.00 |              100.0 % |  1.0 k |
    | backbone-add-22-w8     | add    |  4.0 ± 2.0 % |  6.0 ± 2.0 % |           2.00 |              100.0 % |  1.0 k |
    | backbone-concat-22-w8  | concat |  3.3 ± 1.5 % |  5.3 ± 1.5 % |           2.00 |              100.0 % |  1.0 k |
    | backbone-none-112-w8   | none   | 69.7 ± 1.5 % | 71.7 ± 1.5 % |                |                0.0 % |  1.0 k |
    | backbone-add-112-w8    | add    |  5.9 ± 1.5 % |  7.9 ± 1.5 % |           2.00 |              100.0 % |  1.0 k |
    | backbone-concat-112-w8 | concat |  2.1 ± 1.5 % |  4.1 ± 1.5 % |           2.00 |              100.0 % |  1.0 k |
    ");
}

#[test]
fn depth_is_not_supported_where_the_plain_network_gains_by_depth() {
    let runs = trained([("none", [300, 60]), ("add", [40, 60]), ("concat", [30, 20])], 3);
    let finding = only(findings(&runs));
    assert_eq!(finding.verdict, ClaimVerdict::NotSupported);
    assert_eq!(outcomes(&finding)[0], Outcome::Contradicted);
}

/// An error of a tenth is a failure to neither side; one seed has no interval, and one depth no rise.
#[test]
fn depth_is_inconclusive_without_intervals_or_depths() {
    let all = [("none", [50, 700]), ("add", [40, 60]), ("concat", [30, 20])];
    assert_eq!(only(findings(&trained(all, 1))).verdict, ClaimVerdict::Inconclusive);
    let mut shallow = trained(all, 3);
    shallow.retain(|run| run.row.depth == 22);
    assert_eq!(only(findings(&shallow)).verdict, ClaimVerdict::Inconclusive);
    let noisy = trained([("none", [50, 52]), ("add", [40, 43]), ("concat", [30, 31])], 3);
    assert_eq!(only(findings(&noisy)).verdict, ClaimVerdict::Inconclusive);
}

/// The same cells by other kernels, or another recipe, are no further seeds.
#[test]
fn the_same_cells_measured_otherwise_have_a_verdict_of_their_own() {
    let runs = trained([("none", [50, 700]), ("add", [40, 60]), ("concat", [30, 20])], 3);
    let by = |recipe: &'static str| {
        runs.iter().cloned().map(move |run| Run { row: RunRow { recipe: recipe.into(), ..run.row }, ..run })
    };
    let others = [
        r#"{"kernels":"burn"}"#,
        r#"{"kernels":"skipbench-bf16"}"#,
        r#"{"kernels": "skipbench-bf16"}"#,
        r#"{"kernels":"skipbench","epochs":9}"#,
    ];
    for other in others {
        let both: Vec<Run> = by(r#"{"kernels":"skipbench"}"#).chain(by(other)).collect();
        let found = findings(&both);
        assert_eq!(found.len(), 2, "{other}");
        assert!(found.iter().flat_map(|finding| &finding.conditions).all(|one| one.estimate.is_some_and(|e| e.n == 3)));
    }
}

#[test]
fn whether_a_style_trains_is_asked_at_its_own_greatest_depth() {
    let mut runs = trained([("none", [50, 700]), ("add", [40, 600]), ("concat", [30, 20])], 3);
    runs.retain(|run| run.row.skip != "none" || run.row.depth < 100);
    let finding = only(findings(&runs));
    assert_eq!(
        outcomes(&finding)[2],
        Outcome::Contradicted,
        "addition fails at 112 layers, whatever became of the plain network"
    );
}
