//! How sets are told.

use skipbench_reports::analyses::answer::answers;
use skipbench_reports::analyses::compare::{compare, rows};
use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::notes::notes;
use skipbench_reports::page::page;
use skipbench_reports::report::Report;
use skipbench_reports::rows::record::{RunRow, SampleRow};
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::{Format, format_answers, format_comparisons};

use super::super::trained;
use super::{broken, sitting, twin};

fn runs() -> Vec<Run> {
    let accuracies = [("resnet", [950, 952, 958]), ("dense", [956, 949, 960])];
    let trained = accuracies
        .into_iter()
        .flat_map(|(model, correct)| (1..).zip(correct).map(move |(seed, correct)| trained(model, seed, correct)));
    let mut runs: Vec<Run> = trained.collect();
    runs.extend(sitting("train-step", &[("dense", &[1.25, 1.253, 1.249, 1.25, 1.248])]));
    runs.extend(sitting("latency", &[("dense", &[1.01, 0.99, 1.02, 0.985, 1.0])]));
    runs.extend((1..).zip([1.004, 0.997, 1.001, 1.002, 0.999]).map(|(set, ratio)| twin("train-step", set, ratio, 5e7)));
    runs.extend((1..=3).map(|set| broken("plain", "train-step", set, "killed by signal 9")));
    runs
}

#[test]
fn the_table_of_a_group_with_sets() {
    let text = format_comparisons(&compare(&group(&runs())), Format::Markdown);
    insta::assert_snapshot!(text, @r#"
    **pair**: digits on flex, matched in params, compared with resnet

    | model  | skip |   repeats |                                                                              test accuracy |                         train images/s |                                                                            latency p50 |         params |            MACs |
    |--------|------|-----------|--------------------------------------------------------------------------------------------|----------------------------------------|----------------------------------------------------------------------------------------|----------------|-----------------|
    | resnet | add  | 3, 5 sets |                                                                               95.3 ± 1.0 % |                                    850 |                                                                              117.63 ms |          1.0 k |          2.00 M |
    | dense  | add  | 3, 5 sets | 95.5 ± 1.4 %<br>+0.2 [−1.0, +1.3]<br>no difference shown<br>could have detected 1.4 points | 681<br>×0.800 [0.799, 0.801]<br>slower | 119.98 ms<br>×1.001 [0.983, 1.019]<br>no difference shown<br>could have detected 2.4 % | 1.0 k<br>×1.00 | 2.00 M<br>×1.00 |
    | plain  | add  |           |                                                                                            |                                        |                                                                                        |                |                 |
    - noise floor, resnet against itself: train images/s up to 0.4 % (5 sets)
    - not measured: plain, train-step, sets 1, 2, 3: killed by signal 9

    How to read it. A cell's first line is the mean over its repeats, ± a 95 % interval; for times in sets it is the median. Below it is the difference from the group's first network: accuracy in percentage points, everything else as a multiple (×2.00: twice as much), with the 95 % interval in brackets. Both are compared repeat by repeat. "No difference shown" does not mean equal: "could have detected" is the difference that this many repeats find in four cases of five. "Could be noise": the first network differs from itself by as much. "Could be chance": among so many comparisons one such difference can be expected (Holm's correction, 5 %). MACs are multiply-accumulates for one image.
    What a set is. Every set starts all networks of a group again, and they take turns, a few steps each, so anything that slows the machine slows all of them alike. A set gives one ratio for each network. If the repeats are sets, the first line is the median over the sets, and the interval of the multiple is Student's over the sets. In every set the first network runs twice: the noise floor is how much it could differ from itself. It is shown, but changes no verdict. "No difference above 1 %": the whole interval is within 1 % of the first network.
    2026-11-23, flex (CPU), machine m1, skipbench 0.1.0 (0123abcd+), Burn 0.22.1: skipbench run
    "#);
}

#[test]
fn the_answer_counts_repeats_and_sets() {
    let style = |run: Run| {
        let skip = if run.row.model == "dense" { "concat" } else { "add" };
        Run { row: RunRow { skip: skip.into(), ..run.row }, ..run }
    };
    let runs: Vec<Run> = runs().into_iter().filter(|run| run.row.model != "plain").map(style).collect();
    insta::assert_snapshot!(format_answers(&answers(&group(&runs)), Format::Terminal).join("\n"), @"
    What it buys in test accuracy (percentage points) — concatenation against addition: no difference shown (+0.2 [−1.0, +1.3] in pair) (3 repeats).
    What it costs in training speed — concatenation against addition: ×0.800 [0.799, 0.801] in pair (5 sets).
    ");
}

#[test]
fn members_that_did_not_sleep_between_their_turns_are_told() {
    let mut runs = sitting("train-step", &[("dense", &[1.25, 1.253])]);
    let noted = |runs: &[Run]| notes(runs).into_iter().find(|note| note.contains("between their turns"));
    assert_eq!(noted(&runs), None, "nothing is known");
    for (index, asleep) in [(1, 9e5), (3, 6e6), (0, 0.0)] {
        let sample = |series: &str, value: f64| SampleRow { cell: "c".into(), series: series.into(), index: 7, value };
        let steps = [sample("step_ns", 5e7), sample("step_ns", 5e7)];
        runs[index].samples = steps.into_iter().chain([sample("turn_asleep_cpu_ns", asleep)]).collect();
    }
    insta::assert_snapshot!(noted(&runs).expect("told"), @"working between their turns, when they should sleep, which slows the others: 1 timed cell, most of all dense train-step, seed 2, set 2, for 6.0 % of its steps' time. Let the program's threads sleep after its step (bench/PROTOCOL.md says how).");
}

/// A small difference is shown in one run and not in the next; that it is small holds in both.
#[test]
fn an_interval_within_one_percent_is_told_whether_a_difference_is_shown_or_not() {
    let members: [(&str, &[f64]); 4] = [
        ("shown", &[1.004, 1.0041, 1.0039, 1.004, 1.0042]),
        ("hidden", &[1.001, 0.998, 1.003, 0.999, 1.0]),
        ("wide", &[1.001, 0.98, 1.02, 0.99, 1.0]),
        ("beyond", &[1.0095, 1.0105, 1.01, 1.0098, 1.0102]),
    ];
    let compared = compare(&group(&sitting("train-step", &members)));
    let said: Vec<(String, Option<bool>)> = rows(&compared)
        .into_iter()
        .filter(|row| row.metric == "train_images_per_s")
        .map(|row| (row.model, row.within_1_percent))
        .collect();
    let expected = [
        ("resnet", None),
        ("shown", Some(true)),
        ("hidden", Some(true)),
        ("wide", Some(false)),
        ("beyond", Some(false)),
    ];
    assert_eq!(said, expected.map(|(model, within)| (model.to_owned(), within)));
    let text = format_comparisons(&compared, Format::Markdown);
    let line =
        |model: &str| text.lines().find(|line| line.contains(&format!("| {model} "))).expect("a line").to_owned();
    assert!(line("shown").contains("<br>slower by less than 1 %"), "{text}");
    assert!(line("hidden").contains("<br>no difference above 1 % |"), "{text}");
    assert!(line("wide").contains("<br>no difference shown<br>could have detected"), "{text}");
    assert!(line("beyond").contains("<br>slower |"), "{text}");
}

/// Two sets, or a spread beyond all use, say nothing of what could have been detected.
#[test]
fn too_few_sets_are_said_in_place_of_absurd_numbers() {
    let members: [(&str, &[f64]); 2] = [("two", &[1.3, 0.8]), ("wild", &[9.0, 0.1, 3.0])];
    let text = format_comparisons(&compare(&group(&sitting("train-step", &members))), Format::Markdown);
    assert_eq!(text.matches("no difference shown<br>too few sets to detect one").count(), 2, "{text}");
    let detectable = |row: &skipbench_reports::analyses::compare::ComparisonRow| row.detectable;
    assert!(
        rows(&compare(&group(&sitting("train-step", &members))))
            .iter()
            .filter_map(detectable)
            .all(|least| least <= 1.0)
    );
}

/// Numbers of steps have gaps where other members were at work, and a series may say how long turns waited.
#[test]
fn samples_of_sets_leave_a_page_whole() {
    let mut runs = runs();
    let sample =
        |series: &str, index: u64, value: f64| SampleRow { cell: "c".into(), series: series.into(), index, value };
    runs[10].samples = vec![
        sample("step_ns", 7, 5e7),
        sample("step_ns", 31, 5.1e7),
        sample("step_ns", 32, 5.2e7),
        sample("turn_waited_ns", 7, 0.0),
        sample("turn_waited_ns", 31, 1e6),
    ];
    let bare = Report::new(runs.iter().map(|run| Run { samples: Vec::new(), ..run.clone() }).collect());
    assert_eq!(page(&Report::new(runs)), page(&bare), "no plot counts them as steps in a row");
}
