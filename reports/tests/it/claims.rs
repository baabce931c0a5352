//! Claims judged by rows whose answer is known: supported, not supported, inconclusive.

use skipbench_reports::claims::{CLAIMS, Finding, Outcome, Verdict, findings, rows};
use skipbench_reports::figure::{Kind, figures};
use skipbench_reports::page::page;
use skipbench_reports::record::{RunRow, SampleRow, Status};
use skipbench_reports::report::Report;
use skipbench_reports::store::Run;
use skipbench_reports::table::{self, Section, Style};

use super::row;

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
        SampleRow { cell, series, index, value }
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

/// Training errors in per mille of 1,000 images: of each style shallow and deep.
fn trained(errors: [(&str, [u64; 2]); 3], seeds: u64) -> Vec<Run> {
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
    assert_eq!(finding.verdict, Verdict::Supported, "{:?}", finding.conditions);
    assert_eq!((finding.claim, &finding.seeds[..], finding.broken), ("depth", &[1, 2, 3][..], 0));
    let drawn: String = table::sheets(&finding).iter().map(|sheet| sheet.drawn(Style::Markdown)).collect();
    insta::assert_snapshot!(drawn, @r"
    | condition                                                                       | outcome |             measured |    needed | n |
    |---------------------------------------------------------------------------------|---------|----------------------|-----------|---|
    | without a skip, training error rises from the shallowest network to the deepest | holds   | +64.9 [+62.0, +67.7] |       > 0 | 3 |
    | without a skip it rises by more than with addition                              | holds   | +63.0 [+58.0, +68.0] |       > 0 | 3 |
    | the deepest network with addition trains                                        | holds   |          5.9 ± 1.5 % | &lt; 20 % | 3 |
    | without a skip it rises by more than with concatenation                         | holds   | +66.0 [+66.0, +66.0] |       > 0 | 3 |
    | the deepest network with concatenation trains                                   | holds   |          2.1 ± 1.5 % | &lt; 20 % | 3 |
    | network                | skip   |  train error |   test error | epochs to 90 % | seeds that got there | params |
    |------------------------|--------|--------------|--------------|----------------|----------------------|--------|
    | backbone-none-22-w8    | none   |  4.9 ± 1.5 % |  6.9 ± 1.5 % |           2.00 |              100.0 % |  1.0 k |
    | backbone-none-112-w8   | none   | 69.7 ± 1.5 % | 71.7 ± 1.5 % |                |                0.0 % |  1.0 k |
    | backbone-add-22-w8     | add    |  4.0 ± 2.0 % |  6.0 ± 2.0 % |           2.00 |              100.0 % |  1.0 k |
    | backbone-add-112-w8    | add    |  5.9 ± 1.5 % |  7.9 ± 1.5 % |           2.00 |              100.0 % |  1.0 k |
    | backbone-concat-22-w8  | concat |  3.3 ± 1.5 % |  5.3 ± 1.5 % |           2.00 |              100.0 % |  1.0 k |
    | backbone-concat-112-w8 | concat |  2.1 ± 1.5 % |  4.1 ± 1.5 % |           2.00 |              100.0 % |  1.0 k |
    ");
}

#[test]
fn depth_is_not_supported_where_the_plain_network_gains_by_depth() {
    let runs = trained([("none", [300, 60]), ("add", [40, 60]), ("concat", [30, 20])], 3);
    let finding = only(findings(&runs));
    assert_eq!(finding.verdict, Verdict::NotSupported);
    assert_eq!(outcomes(&finding)[0], Outcome::Contradicted);
}

/// An error of a tenth is a failure to neither side; one seed has no interval, and one depth no rise.
#[test]
fn depth_is_inconclusive_without_intervals_or_depths() {
    let all = [("none", [50, 700]), ("add", [40, 60]), ("concat", [30, 20])];
    assert_eq!(only(findings(&trained(all, 1))).verdict, Verdict::Inconclusive);
    let mut shallow = trained(all, 3);
    shallow.retain(|run| run.row.depth == 22);
    assert_eq!(only(findings(&shallow)).verdict, Verdict::Inconclusive);
    let noisy = trained([("none", [50, 52]), ("add", [40, 43]), ("concat", [30, 31])], 3);
    assert_eq!(only(findings(&noisy)).verdict, Verdict::Inconclusive);
}

#[test]
fn another_machine_or_data_set_is_another_verdict_and_other_suites_none() {
    let all = [("none", [50, 700]), ("add", [40, 60]), ("concat", [30, 20])];
    let mut elsewhere = trained(all, 3);
    elsewhere.iter_mut().for_each(|run| run.row.host = "m2".into());
    let mut failing = trained(all, 3);
    failing[0].row.status = Status::Crashed;
    let found = findings(&[failing, elsewhere].concat());
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].broken, found[1].broken), (1, 0));
    let mut other = trained(all, 3);
    other.iter_mut().for_each(|run| run.row.suite = "quick".into());
    assert!(findings(&other).is_empty());
}

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

fn identities(add: [f64; 2], none: [f64; 2]) -> Vec<Run> {
    let mut runs = Vec::new();
    for (style, ends) in [("add", add), ("none", none)] {
        for seed in 1..=3 {
            let wobble = 1.0 + 0.02 * jitter(style, seed);
            let error = |end: f64| vec![1.0, end * wobble];
            let series = [
                ("identity_error", 1, error(ends[0])),
                ("near_identity_error", 1, error(ends[1])),
                ("branch_ratio_init", 1, vec![1.0, 1.0]),
                ("branch_ratio_trained", 1, vec![0.1, 0.2]),
            ];
            runs.push(with(cell("identity", "identity", (style, 22), seed), &series));
        }
    }
    runs
}

#[test]
fn the_identity_is_easier_with_addition_or_not_or_open() {
    let verdict = |add, none| only(findings(&identities(add, none))).verdict;
    assert_eq!(verdict([0.001, 0.01], [0.2, 0.3]), Verdict::Supported);
    assert_eq!(verdict([0.2, 0.01], [0.001, 0.3]), Verdict::NotSupported);
    assert_eq!(verdict([0.2, 0.3], [0.2, 0.3]), Verdict::Inconclusive);
}

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
    assert_eq!(finding.verdict, Verdict::Supported, "{:?}", finding.conditions);
    let lost = finding.measures[0].lines[0].values[1].expect("measured").value;
    assert!((lost - 0.645).abs() < 0.01, "950 less 300 and 310 of 1,000: {lost}");
    let unused = only(findings(&lesioned(all, 0.1)));
    assert_eq!((unused.verdict, outcomes(&unused)[0]), (Verdict::NotSupported, Outcome::Contradicted));
    let alike = only(findings(&lesioned([("none", 900.0, 6.0), ("add", 900.0, 6.0), ("concat", 900.0, 6.0)], 0.8)));
    assert_eq!(alike.verdict, Verdict::Inconclusive, "{:?}", alike.conditions);
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

/// Peaks at matched parameters and MACs at four depths, and along a sweep: `concat` = factor · depth^exponent.
fn peaks(factor: f64, exponent: f64) -> Vec<Run> {
    let mut runs = Vec::new();
    let peak = |style: &str, depth: u64| {
        let depth = depth as f64;
        if style == "concat" { 1e5 * factor * depth.powf(exponent) } else { 1e5 * depth }
    };
    for style in ["add", "concat"] {
        for depth in [16, 22, 34, 46] {
            let measured = |row: RunRow, bytes: f64| with(RunRow { heap_peak_bytes: Some(bytes as u64), ..row }, &[]);
            for budget in ["params", "macs"] {
                let row = RunRow {
                    budget: budget.into(),
                    group: format!("{budget} {depth}"),
                    ..cell("memory", "peak-memory-train", (style, depth), 1)
                };
                runs.push(measured(row, peak(style, depth)));
            }
            let row = RunRow {
                budget: String::new(),
                group: "depth".into(),
                sweep: "depth".into(),
                sweep_line: format!("backbone-{style}"),
                sweep_value: Some(depth),
                ..cell("memory", "peak-memory-train", (style, depth), 1)
            };
            // Not quite a power law, so that the exponent has an interval.
            runs.push(measured(row, peak(style, depth) * (1.0 + 1e-3 * jitter(style, depth))));
        }
    }
    runs
}

#[test]
fn memory_is_judged_over_depths_and_by_exponents() {
    let supported = only(findings(&peaks(1.0, 1.5)));
    assert_eq!(supported.verdict, Verdict::Supported, "{:?}", supported.conditions);
    assert_eq!(supported.conditions[0].estimate.expect("matched").n, 4, "pairs of networks, not of seeds");
    assert!((supported.conditions[2].estimate.expect("fitted").value - 0.5).abs() < 0.01);
    assert_eq!(only(findings(&peaks(0.5, 1.0))).verdict, Verdict::NotSupported);
    let mut kept = peaks(1.0, 1.5);
    kept.iter_mut().for_each(|run| run.row.recipe = "{\"checkpointing\":\"balanced\"}".into());
    let recomputed = only(findings(&kept));
    assert_eq!(recomputed.verdict, Verdict::Inconclusive, "recomputing is shown and decides nothing");
    assert!(recomputed.measures[0].lines[0].name.contains("balanced checkpointing"));
}

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
    assert_eq!(verdict([920, 200], [0.8, 0.01], [0.5, 0.001]), Verdict::Supported);
    assert_eq!(verdict([920, 930], [0.8, 0.01], [0.5, 0.001]), Verdict::NotSupported);
    assert_eq!(verdict([920, 920], [0.8, 0.8], [0.5, 0.5]), Verdict::Inconclusive);
}

/// Right answers of 1,000 with addition at 900.
fn styles(others: &[(&str, i64)]) -> Vec<Run> {
    let mut runs = Vec::new();
    for (style, gain) in [&[("add", 0)], others].concat() {
        for seed in 1..=5 {
            let right = 900 + gain + jitter(style, seed) as i64;
            let row = RunRow {
                group: "styles".into(),
                test_correct: Some(right as u64),
                test_total: Some(1000),
                ..cell("styles", "train", (style, 22), seed)
            };
            runs.push(with(row, &[]));
        }
    }
    runs
}

#[test]
fn a_style_must_beat_addition_among_all_styles() {
    let verdict = |others: &[(&str, i64)]| only(findings(&styles(others))).verdict;
    assert_eq!(verdict(&[("gated", -50), ("hyper", 30)]), Verdict::Supported, "one is enough");
    assert_eq!(
        verdict(&[("gated", -50), ("hyper", 0)]),
        Verdict::NotSupported,
        "less than two points would not matter"
    );
    assert_eq!(verdict(&[("gated", -50), ("hyper", 19)]), Verdict::Supported);
    let mut few = styles(&[("gated", 10), ("hyper", 12)]);
    few.retain(|run| run.row.seed < 2);
    assert_eq!(only(findings(&few)).verdict, Verdict::Inconclusive, "one seed has no interval");
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
    let (html, markdown) = (page(&report), table::section(&report, Section::Claims));
    for finding in &report.claims {
        let heading = format!("{}: {}", finding.claim, finding.verdict.word());
        assert!(markdown.contains(&heading) && table::claims(&report.claims, Style::Terminal).contains(&heading));
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
    insta::assert_snapshot!(table::verdicts(&report.claims).drawn(Style::Markdown), @r"
    | claim    | what is said                                                                                       | verdict      | measured       | seeds |
    |----------|----------------------------------------------------------------------------------------------------|--------------|----------------|-------|
    | depth    | Skip connections make networks of a hundred layers trainable.                                      | supported    | digits on flex |     3 |
    | identity | A stack of layers learns the identity, or something near it, more easily with a skip than without. | inconclusive | digits on flex |     3 |
    | styles   | There are more accurate ways to join than plain addition.                                          | supported    | digits on flex |     5 |
    ");
}
