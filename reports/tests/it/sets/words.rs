//! How sets are told.

use skipbench_reports::analyses::answer::answers;
use skipbench_reports::analyses::compare::compare;
use skipbench_reports::analyses::group::group;
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
    insta::assert_snapshot!(text, @"");
}

#[test]
fn the_answer_counts_repeats_and_sets() {
    let style = |run: Run| {
        let skip = if run.row.model == "dense" { "concat" } else { "add" };
        Run { row: RunRow { skip: skip.into(), ..run.row }, ..run }
    };
    let runs: Vec<Run> = runs().into_iter().filter(|run| run.row.model != "plain").map(style).collect();
    insta::assert_snapshot!(format_answers(&answers(&group(&runs)), Format::Terminal).join("\n"), @"");
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
