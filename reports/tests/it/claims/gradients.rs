//! `gradients`: norms and correlations that are known.

use skipbench_reports::claims::{ClaimVerdict, Outcome, findings};
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;

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
                    ("gradient_norm_step16", 1, norms.iter().rev().copied().collect()),
                    ("gradient_norm_step4", 1, norms.clone()),
                    ("gradient_norm_trained", 1, norms),
                    ("gradient_correlation", 0, vec![1.0, correlation * decay * (1.0 + 1e-3 * jitter(style, seed))]),
                    ("gradient_correlation", 16, vec![correlation * decay.powi(2)]),
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
    assert_eq!(finding.verdict, ClaimVerdict::Supported, "{:?}", finding.conditions);
    let decay = |line: usize, column: usize| finding.measures[2].lines[line].values[column].expect("fitted").value;
    assert!((decay(0, 0) - 0.1).abs() < 1e-3, "a halving every ten layers");
    assert!((decay(1, 1) - 0.5).abs() < 1e-2, "the square root of the depth");
    assert!((decay(3, 2) - 0.2).abs() < 1e-3, "at lag 16 twice as fast");
    assert!(
        finding.remarks[0].contains("at lag 1 falls by 0.100 [0.100, 0.100] halvings per layer"),
        "{:?}",
        finding.remarks
    );
    assert!(finding.remarks[0].contains("; at lag 16 by 0.200 ["), "{:?}", finding.remarks);
}

/// In the order of training, of the deepest networks with BatchNorm and of the deepest without.
#[test]
fn norms_are_shown_before_during_and_after_training() {
    let finding = only(findings(&gradients(VANISHING)));
    let columns: Vec<&str> = finding.measures[0].columns.iter().map(|column| column.title.as_str()).collect();
    assert_eq!(
        columns,
        [
            "first over last block, at the start",
            "first over last layer's weights, at the start",
            "after 4 steps",
            "after 16 steps",
            "trained",
            "correlation at lag 1",
            "correlation at lag 16",
        ]
    );
    let plain = &finding.measures[0].lines[0];
    let ratio = |column: usize| plain.values[column].expect("measured").value;
    assert!((ratio(2) - 0.01).abs() < 1e-9 && (ratio(3) - 100.0).abs() < 1e-6, "{plain:?}");
    let names: Vec<&str> = finding.plots.iter().map(|plot| plot.name.as_str()).collect();
    let expected =
        ["init", "step4", "step16", "trained", "init-nonorm", "step4-nonorm", "step16-nonorm", "trained-nonorm"];
    assert_eq!(names[..8], expected.map(|moment| format!("gradient-norm-{moment}")));
    let deepest = |plot: usize| finding.plots[plot].traces.iter().all(|trace| trace.name.contains("-58-w8"));
    assert!((0..8).all(deepest));
    assert!(finding.plots[4].traces.iter().all(|trace| trace.name.ends_with("-nonorm")));
    assert_eq!(
        names[8..],
        ["correlation-lag-1", "correlation-lag-16", "correlation-by-lag", "correlation-by-lag-nonorm"]
    );
}

/// Where most correlations are noise around 0 the others say nothing of a law.
#[test]
fn no_law_is_fitted_to_correlations_of_which_many_are_not_positive() {
    let mut runs = gradients(VANISHING);
    for run in runs.iter_mut().filter(|run| run.row.depth > 10 && !run.row.model.contains("nonorm")) {
        let far = run.samples.iter_mut().find(|sample| sample.series == "gradient_correlation" && sample.index == 16);
        far.expect("measured").value = -0.01;
    }
    let finding = only(findings(&runs));
    let line = |line: usize| &finding.measures[2].lines[line].values;
    assert!(line(0)[0].is_some() && line(0)[2].is_none() && line(3)[2].is_some());
}

/// What He et al. saw with BatchNorm on.
#[test]
fn healthy_norms_without_a_skip_contradict_it_whatever_the_correlation() {
    let runs =
        gradients([("none", [2.0, 1.5, 1.0], 0.9), ("add", [1.0, 1.0, 1.0], 0.9), ("concat", [1.0, 1.0, 1.0], 0.9)]);
    let finding = only(findings(&runs));
    assert_eq!(finding.verdict, ClaimVerdict::NotSupported);
    assert_eq!(outcomes(&finding)[3], Outcome::Holds, "gradients are more alike with a skip all the same");
    assert!(finding.caution.contains("does not distinguish a plain network from a residual one"));
}

#[test]
fn without_the_networks_without_normalization_it_is_open() {
    let finding = only(findings(&of_gradients(VANISHING, "")));
    assert_eq!(finding.verdict, ClaimVerdict::Inconclusive);
    assert_eq!(finding.conditions.iter().filter(|condition| condition.estimate.is_none()).count(), 3);
}
