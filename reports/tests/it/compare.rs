//! Comparisons, from rows to the table.

use skipbench_reports::analyses::compare::{ComparisonVerdict, compare, rows};
use skipbench_reports::analyses::group::{Replicate, group};
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::{Format, format_comparisons};

use super::{failed, row, timed, trained};

fn runs() -> Vec<Run> {
    vec![
        trained("dense", 1, 970),
        trained("resnet", 1, 960),
        trained("resnet", 2, 950),
        trained("dense", 2, 955),
        trained("resnet", 3, 955),
        trained("dense", 3, 950),
        timed("resnet", 1, 50_000_000),
        timed("dense", 1, 100_000_000),
        timed("dense", 2, 104_000_000),
        timed("resnet", 2, 51_000_000),
        failed("plain", 1, "stopped after the time limit of 5 s"),
    ]
}

#[test]
fn ratios_are_paired_by_seed_and_judged_by_their_interval() {
    let compared = compare(&group(&runs()));
    let [pair] = &compared[..] else { panic!("one group") };
    assert_eq!(pair.members[0].model, "resnet", "the reference comes first");
    let dense = &pair.members[1];
    let accuracy = dense.entry(Metric::TestAccuracy).expect("measured");
    assert_eq!(accuracy.verdict, ComparisonVerdict::NoDifferenceShown);
    let throughput = dense.entry(Metric::TrainThroughput).expect("measured");
    assert_eq!(throughput.verdict, ComparisonVerdict::Lower);
    // √((50/100) · (51/104)), seed by seed.
    let expected = (0.5f64 * 51.0 / 104.0).sqrt();
    assert!((throughput.ratio.expect("two pairs").estimate.value - expected).abs() < 1e-12);
    assert_eq!(dense.entry(Metric::Params).expect("counted").verdict, ComparisonVerdict::Exact);
}

#[test]
fn accuracies_that_differ_alike_in_every_pair_are_not_certain_for_that() {
    let runs: Vec<Run> = [("resnet", 900), ("dense", 901)]
        .into_iter()
        .flat_map(|(model, correct)| (1..=3).map(move |seed| trained(model, seed, correct)))
        .collect();
    let compared = compare(&group(&runs));
    let accuracy = compared[0].members[1].entry(Metric::TestAccuracy).expect("measured");
    assert!(accuracy.corrected_p.expect("three pairs") > 0.1, "one image of 1,000 is no difference: {accuracy:?}");
    assert_eq!(accuracy.verdict, ComparisonVerdict::NoDifferenceShown);
}

#[test]
fn a_failed_cell_has_no_numbers_but_a_reason() {
    let compared = compare(&group(&runs()));
    let plain = &compared[0].members[2];
    assert_eq!(plain.entry(Metric::TestAccuracy), None);
    assert_eq!(plain.failures[0].error, "stopped after the time limit of 5 s");
}

#[test]
fn one_pair_is_too_few_for_an_interval() {
    let compared = compare(&group(&[trained("resnet", 1, 900), trained("dense", 1, 990)]));
    assert_eq!(
        compared[0].members[1].entry(Metric::TestAccuracy).expect("measured").verdict,
        ComparisonVerdict::TooFewPairs
    );
}

#[test]
fn a_reference_that_failed_leaves_values_without_ratios() {
    let compared = compare(&group(&[failed("resnet", 1, "killed"), trained("dense", 1, 990)]));
    let dense = compared[0].members.iter().find(|member| member.model == "dense").expect("there");
    assert_eq!(dense.entry(Metric::TestAccuracy).expect("measured").ratio, None);
}

#[test]
fn what_differs_in_data_recipe_device_machine_or_build_is_never_put_together() {
    let base = row("resnet", "train", 1);
    let variants = [
        RunRow { data_sha256: "other".into(), ..base.clone() },
        RunRow { recipe: "other".into(), ..base.clone() },
        RunRow { device: "vulkan:0".into(), ..base.clone() },
        RunRow { host: "other".into(), ..base.clone() },
        RunRow { suite_sha256: "other".into(), ..base.clone() },
        RunRow { git_revision: "other".into(), ..base.clone() },
    ];
    for variant in variants {
        let runs = [base.clone(), variant].map(|row| Run { row, samples: Vec::new() });
        assert_eq!(group(&runs).len(), 2);
    }
}

#[test]
fn a_cell_run_twice_stands_twice_and_never_in_the_others_place() {
    let twice = [trained("resnet", 1, 900), trained("resnet", 1, 950), trained("resnet", 2, 910)];
    let groups = group(&twice);
    let accuracy = |index: usize| &groups[index].members[0].values[&Metric::TestAccuracy];
    assert_eq!((groups.len(), accuracy(0).len(), accuracy(1).len()), (2, 2, 1));
    let first = Replicate { seed: 1, round: 0, set: None };
    assert_ne!(accuracy(0)[&first], accuracy(1)[&first]);
}

#[test]
fn the_markdown_table_shows_value_ratio_and_failure() {
    let text = format_comparisons(&compare(&group(&runs())), Format::Markdown);
    insta::assert_snapshot!(text, @r#"
    **pair**: digits on flex, matched in params, compared with resnet

    | model  | skip | repeats |                                                                              test accuracy |                      train images/s |         params |            MACs |
    |--------|------|---------|--------------------------------------------------------------------------------------------|-------------------------------------|----------------|-----------------|
    | resnet | add  |     2–3 |                                                                               95.5 ± 1.2 % |                                1980 |          1.0 k |          2.00 M |
    | dense  | add  |     2–3 | 95.8 ± 2.6 %<br>+0.3 [−1.6, +2.2]<br>no difference shown<br>could have detected 2.4 points | 981<br>×0.50 [0.44, 0.56]<br>slower | 1.0 k<br>×1.00 | 2.00 M<br>×1.00 |
    | plain  | add  |         |                                                                                            |                                     |                |                 |
    - not measured: plain, train, seed 1: stopped after the time limit of 5 s

    How to read it. A cell's first line is the mean over its repeats, ± a 95 % interval; for times in sets it is the median. Below it is the difference from the group's first network: accuracy in percentage points, everything else as a multiple (×2.00: twice as much), with the 95 % interval in brackets. Both are compared repeat by repeat. "No difference shown" does not mean equal: "could have detected" is the difference that this many repeats find in four cases of five. "Could be noise": the first network differs from itself by as much. "Could be chance": among so many comparisons one such difference can be expected (Holm's correction, 5 %). MACs are multiply-accumulates for one image.
    2026-11-23, flex (CPU), machine m1, skipbench 0.1.0 (0123abcd+), Burn 0.22.1: skipbench run
    "#);
}

#[test]
fn the_csv_has_a_line_for_each_member_and_metric() {
    let lines = rows(&compare(&group(&runs())));
    let dense: Vec<_> =
        lines.iter().filter(|line| line.model == "dense").map(|line| (line.metric, line.n, line.pairs)).collect();
    assert_eq!(dense, [("test_accuracy", 3, 3), ("train_images_per_s", 2, 2), ("params", 3, 3), ("macs", 3, 3)]);
}

/// Step times of `model` in `rounds` rounds, each `base` nanoseconds and a few percent more or less.
fn rounds(model: &str, base: f64, strays: &[f64]) -> Vec<Run> {
    let one = |(round, stray): (u64, &f64)| {
        let mut run = timed(model, 1, (base * (1.0 + stray)) as u64);
        run.row.round = round;
        run.row.cell = format!("{model}-{base}-{round}");
        run
    };
    (0..).zip(strays).map(one).collect()
}

#[test]
fn rounds_are_replicates_of_their_own() {
    let runs = [rounds("resnet", 5e7, &[0.0, 0.01, -0.01]), rounds("dense", 1e8, &[0.0, 0.01, -0.01])].concat();
    let compared = compare(&group(&runs));
    let ratio = compared[0].members[1].entry(Metric::TrainThroughput).expect("timed").ratio.expect("pairs").estimate;
    assert_eq!(ratio.n, 3);
    assert!((ratio.value - 0.5).abs() < 1e-6, "what strays in both alike leaves the ratio as it is: {}", ratio.value);
}

/// The reference and its twin differ by up to 4 %; a member that is steadily 2 % slower is within that, one that is 20
/// % slower is not.
#[test]
fn no_difference_below_the_noise_floor_is_called_one() {
    let mut twin = rounds("resnet", 5e7, &[0.04, -0.03, 0.01, 0.02]);
    for run in &mut twin {
        run.row.twin = true;
        run.row.cell.push_str("-twin");
    }
    let runs = [
        rounds("resnet", 5e7, &[0.0; 4]),
        twin,
        rounds("near", 5.1e7, &[0.0, 0.0, 0.0, 0.0001]),
        rounds("far", 6e7, &[0.0, 0.0, 0.0, 0.0001]),
    ]
    .concat();
    let compared = compare(&group(&runs));
    let floor = compared[0].noise_floor(Metric::TrainThroughput).expect("A/A cells");
    assert!(floor > 0.03 && floor < 0.1, "{floor}");
    assert_eq!(compared[0].members.len(), 3, "the twin is no member");
    let verdict = |index: usize| compared[0].members[index].entry(Metric::TrainThroughput).expect("timed").verdict;
    assert_eq!((verdict(1), verdict(2)), (ComparisonVerdict::WithinNoise, ComparisonVerdict::Lower));
    let text = format_comparisons(&compared, Format::Terminal);
    assert!(text.contains("noise floor, resnet against itself: train images/s"), "{text}");
}

/// Two runs that differ in their threads alone have other cells, but measure the same of the same model.
#[test]
fn a_second_value_of_one_replicate_begins_another_group() {
    let mut other = timed("resnet", 1, 40_000_000);
    (other.row.cell, other.row.threads) = ("other".into(), 2);
    let groups = group(&[timed("resnet", 1, 50_000_000), other]);
    assert_eq!(groups.len(), 2, "neither takes the other's place");
}

/// Accuracies of three seeds that differ from the reference's by a little over what Student alone would call a
/// difference.
fn slightly_worse(model: &str) -> Vec<Run> {
    (1..).zip([930, 938, 934]).map(|(seed, correct)| trained(model, seed, correct)).collect()
}

#[test]
fn the_more_is_compared_the_more_it_takes_to_show_a_difference() {
    let reference = [trained("resnet", 1, 950), trained("resnet", 2, 952), trained("resnet", 3, 958)].to_vec();
    let compared = |members: &[&str]| {
        let rows: Vec<Run> = members.iter().flat_map(|model| slightly_worse(model)).collect();
        let [comparison] = &compare(&group(&[reference.clone(), rows].concat()))[..] else { panic!("one group") };
        let entry = comparison.members[1].entry(Metric::TestAccuracy).expect("measured").clone();
        (comparison.judged, entry)
    };
    let (alone, entry) = compared(&["a"]);
    assert_eq!((alone, entry.verdict), (1, ComparisonVerdict::Lower));
    assert_eq!(entry.corrected_p, entry.difference.expect("pairs").p);
    let (many, among) = compared(&["a", "b", "c", "d"]);
    assert_eq!((many, among.verdict), (4, ComparisonVerdict::NotAfterCorrection));
    assert_eq!(among.difference, entry.difference, "the interval itself stays as it is");
    assert!(among.corrected_p > entry.corrected_p);
    let lines = rows(&compare(&group(&[reference, slightly_worse("a")].concat())));
    let line = lines.iter().find(|line| line.model == "a" && line.metric == "test_accuracy").expect("there");
    assert!((line.difference.expect("pairs") + 0.01933).abs() < 1e-4, "{line:?}");
    assert!(line.detectable.is_some_and(|least| least > 0.0) && line.p == line.p_corrected && line.comparisons == 1);
}
