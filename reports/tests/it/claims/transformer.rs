//! `transformer`: accuracy, tokens and gradients.

use skipbench_reports::claims::{ClaimVerdict, findings};
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;

use super::{cell, jitter, only, with};

fn transformers(accuracy: [u64; 2], residual: [f64; 2], queries: [f64; 2]) -> Vec<Run> {
    let mut runs = Vec::new();
    for (index, style) in ["add", "none"].into_iter().enumerate() {
        for seed in 1..=3 {
            let wobble = 1.0 + 0.01 * jitter(style, seed);
            let vit = |task| RunRow { family: "vit".into(), ..cell("transformer", task, (style, 6), seed) };
            let right = accuracy[index] + jitter(style, seed).abs() as u64;
            runs.push(with(RunRow { test_correct: Some(right), test_total: Some(1000), ..vit("train") }, &[]));
            let series = [
                ("token_residual", 0, vec![0.9, residual[index] * wobble]),
                ("query_gradient", 1, vec![queries[index] * wobble; 2]),
                ("key_gradient", 1, vec![queries[index]; 2]),
                ("value_gradient", 1, vec![1.0; 2]),
            ];
            runs.push(with(vit("tokens"), &series));
        }
    }
    runs
}

#[test]
fn transformers_are_judged_by_accuracy_tokens_and_gradients() {
    let verdict = |accuracy, residual, queries| only(findings(&transformers(accuracy, residual, queries))).verdict;
    assert_eq!(verdict([920, 200], [0.8, 0.01], [0.5, 0.001]), ClaimVerdict::Supported);
    assert_eq!(verdict([920, 930], [0.8, 0.01], [0.5, 0.001]), ClaimVerdict::NotSupported);
    assert_eq!(verdict([920, 920], [0.8, 0.8], [0.5, 0.5]), ClaimVerdict::Inconclusive);
}
