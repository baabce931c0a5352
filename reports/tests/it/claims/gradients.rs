//! `gradients`: norms and correlations that are known.

use skipbench_reports::claims::{Outcome, Verdict, findings};
use skipbench_reports::record::RunRow;
use skipbench_reports::store::Run;

use super::{cell, jitter, only, outcomes, with};

/// Norms at three blocks and the correlation at lags 0 and 1.
fn gradients(styles: [(&str, [f64; 3], f64); 3]) -> Vec<Run> {
    [of_gradients(styles, ""), of_gradients([styles[0], VANISHING[1], VANISHING[2]], "-nonorm")].concat()
}

/// Gradients that vanish without a skip alone.
const VANISHING: [(&str, [f64; 3], f64); 3] =
    [("none", [0.01, 0.1, 1.0], 0.9), ("add", [0.9, 1.0, 1.0], 0.9), ("concat", [1.0, 1.0, 1.0], 0.9)];

fn of_gradients(styles: [(&str, [f64; 3], f64); 3], suffix: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    for (style, norms, correlation) in styles {
        for depth in [10, 22, 58] {
            for seed in 1..=3 {
                let wobble = 1.0 + 0.01 * jitter(style, seed);
                let norms: Vec<f64> = norms.iter().map(|norm| norm * wobble).collect();
                // Halves every ten layers in the plain network, goes with the square root elsewhere.
                let depth_f = depth as f64;
                let decay = if style == "none" { 0.5f64.powf(depth_f / 10.0) } else { depth_f.powf(-0.5) };
                let series = [
                    ("activation_gradient_init", 1, norms.clone()),
                    ("gradient_norm_init", 1, norms.clone()),
                    ("gradient_norm_trained", 1, norms),
                    ("gradient_correlation", 0, vec![1.0, correlation * decay * (1.0 + 1e-3 * jitter(style, seed))]),
                ];
                let row = cell("gradients", "gradients", (style, depth), seed);
                runs.push(with(RunRow { model: format!("{}{suffix}", row.model), ..row }, &series));
            }
        }
    }
    runs
}

#[test]
fn gradients_that_vanish_without_a_skip_alone_support_the_claim() {
    let finding = only(findings(&gradients(VANISHING)));
    assert_eq!(finding.verdict, Verdict::Supported, "{:?}", finding.conditions);
    let decay = |line: usize, column: usize| finding.measures[1].lines[line].values[column].expect("fitted").value;
    assert!((decay(0, 0) - 0.1).abs() < 1e-3, "a halving every ten layers");
    assert!((decay(1, 1) - 0.5).abs() < 1e-2, "the square root of the depth");
}

/// What He et al. saw with BatchNorm on.
#[test]
fn healthy_norms_without_a_skip_contradict_it_whatever_the_correlation() {
    let runs =
        gradients([("none", [2.0, 1.5, 1.0], 0.9), ("add", [1.0, 1.0, 1.0], 0.9), ("concat", [1.0, 1.0, 1.0], 0.9)]);
    let finding = only(findings(&runs));
    assert_eq!(finding.verdict, Verdict::NotSupported);
    assert_eq!(outcomes(&finding)[3], Outcome::Holds, "gradients are more alike with a skip all the same");
    assert!(finding.caution.contains("does not tell a plain network from a residual one"));
}

#[test]
fn without_the_networks_without_normalisation_it_is_open() {
    let finding = only(findings(&of_gradients(VANISHING, "")));
    assert_eq!(finding.verdict, Verdict::Inconclusive);
    assert_eq!(finding.conditions.iter().filter(|condition| condition.estimate.is_none()).count(), 3);
}
