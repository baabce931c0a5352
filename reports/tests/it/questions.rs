//! The questions that a reader asks of rows: what does a skip buy, who is on the frontier, who comes first, what to
//! take, what changed.

use proptest::prelude::*;
use skipbench_reports::analyses::answer::answers;
use skipbench_reports::analyses::diff::diff;
use skipbench_reports::analyses::frontier::{Standing, frontiers};
use skipbench_reports::analyses::group::{Group, group};
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::analyses::rank::{By, rankings};
use skipbench_reports::analyses::recommend::{Fit, Limit, recommend};
use skipbench_reports::report::Report;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::splice::{SpliceError, splice};
use skipbench_reports::table::{self, Format};

use super::{row, timed, trained};

/// A model's accuracies and step times over seeds, in a group of its own name and with a skip of its own.
fn measured(group: &str, model: &str, skip: &str, params: u64, correct: [u64; 3], step_ms: [u64; 3]) -> Vec<Run> {
    let accuracies = (1..).zip(correct).map(|(seed, correct)| trained(model, seed, correct));
    let times = (1..).zip(step_ms).map(|(seed, ms)| timed(model, seed, ms * 1_000_000));
    let place = |mut run: Run| {
        let own = (group.to_owned(), model.to_owned(), skip.to_owned(), Some(params));
        (run.row.group, run.row.model, run.row.skip, run.row.params) = own;
        run.row.cell = format!("{group}-{}", run.row.cell);
        run
    };
    accuracies.chain(times).map(place).collect()
}

pub(crate) fn quick() -> Vec<Run> {
    [
        measured("near", "resnet", "add", 1000, [960, 958, 962], [50, 51, 49]),
        measured("near", "plain", "none", 1000, [930, 931, 926], [49, 50, 48]),
        measured("near", "dense", "concat", 1000, [970, 969, 974], [100, 102, 99]),
        measured("deep", "resnet-deep", "add", 900, [950, 940, 960], [60, 61, 59]),
        measured("deep", "plain-deep", "none", 900, [200, 210, 190], [60, 60, 60]),
        measured("deep", "dense-deep", "concat", 900, [955, 941, 960], [90, 91, 92]),
    ]
    .concat()
}

fn groups() -> Vec<Group> {
    group(&quick())
}

#[test]
fn the_answer_says_what_each_skip_changes_against_none() {
    let sentences = table::format_answers(&answers(&groups()), Format::Terminal).join("\n");
    insta::assert_snapshot!(sentences, @"
    What it buys in test accuracy (percentage points) — addition against no skip: +3.1 [+2.0, +4.2] in near, +75.0 [+70.0, +80.0] in deep; concatenation against no skip: +4.2 [+2.9, +5.5] in near, +75.2 [+70.3, +80.1] in deep (3 repeats).
    What it costs in training speed — addition against no skip: ×0.98 in near, ×1.00 [0.96, 1.04] in deep (no difference shown); concatenation against no skip: ×0.49 [0.48, 0.50] in near, ×0.66 [0.64, 0.68] in deep (3 repeats).
    ");
}

#[test]
fn without_a_plain_network_concatenation_is_held_against_addition() {
    let runs = [
        measured("near", "resnet", "add", 1000, [960, 958, 962], [50, 51, 49]),
        measured("near", "dense", "concat", 1000, [970, 969, 974], [100, 102, 99]),
    ];
    let found = answers(&group(&runs.concat()));
    let effects: Vec<_> = found[0].effects.iter().map(|effect| (&*effect.style, &*effect.against)).collect();
    assert_eq!(effects, [("concat", "add")]);
    assert_eq!(answers(&group(&measured("near", "resnet", "add", 1, [1; 3], [1; 3]))), [], "nothing to hold against");
}

#[test]
fn every_network_of_a_style_is_named_where_a_group_has_several() {
    let runs = [
        measured("near", "resnet", "add", 1000, [960, 958, 962], [50, 51, 49]),
        measured("near", "plain", "none", 1000, [930, 931, 926], [49, 50, 48]),
        measured("near", "plain-wide", "none", 1000, [935, 936, 931], [49, 50, 48]),
        measured("near", "dense", "concat", 1000, [970, 969, 974], [100, 102, 99]),
        measured("near", "dense-bc", "concat", 1000, [975, 974, 979], [90, 92, 89]),
        measured("deep", "plain-deep", "none", 900, [200, 210, 190], [60, 60, 60]),
        measured("deep", "dense-deep", "concat", 900, [955, 941, 960], [90, 91, 92]),
    ];
    let sentences = table::format_answers(&answers(&group(&runs.concat())), Format::Terminal);
    insta::assert_snapshot!(sentences[0], @"What it buys in test accuracy (percentage points) — addition against no skip: +3.1 [+2.0, +4.2] against plain in near; concatenation against no skip: +4.2 [+2.9, +5.5] by dense against plain in near, +4.7 [+3.4, +6.0] by dense-bc against plain in near, +75.2 [+70.3, +80.1] in deep (3 repeats).");
}

#[test]
fn the_frontier_holds_whom_nobody_beats() {
    let all = frontiers(&groups());
    let speed = all.iter().find(|frontier| frontier.cost == Metric::TrainThroughput).expect("timed");
    let standings: Vec<_> = speed.points.iter().map(|point| (&*point.model, point.standing)).collect();
    assert_eq!(
        standings,
        [
            ("plain", Standing::On),
            ("resnet", Standing::On),
            ("resnet-deep", Standing::Unsure),
            ("plain-deep", Standing::Off),
            ("dense-deep", Standing::Unsure),
            ("dense", Standing::On),
        ]
    );
    assert_eq!(speed.points[3].beaten_by.as_deref(), Some("resnet"), "the most accurate of those that beat it");
    let text = table::frontier(speed).format(Format::Markdown);
    assert!(text.contains("open: resnet") && text.contains("no: resnet"), "{text}");
}

#[test]
fn what_ran_on_another_machine_or_recipe_is_on_another_frontier() {
    let mut other = measured("near", "better", "add", 10, [999; 3], [1; 3]);
    for run in &mut other {
        run.row.host = "other".into();
    }
    let all = frontiers(&group(&[quick(), other].concat()));
    assert!(
        all.iter().all(|frontier| frontier.points.iter().all(|point| point.model != "better")),
        "alone, it has none"
    );
}

proptest! {
    /// Exactly those whom no other beats are on the frontier; somebody always is.
    #[test]
    fn frontiers_agree_with_their_definition(
        nets in prop::collection::vec((1u64..20, 1u64..20), 2..8),
    ) {
        let runs: Vec<Run> = nets.iter().enumerate().flat_map(|(index, (params, correct))| {
            measured("g", &format!("net{index}"), "add", *params, [*correct; 3], [1; 3])
        }).collect();
        let all = frontiers(&group(&runs));
        let by_params = all.iter().find(|frontier| frontier.cost == Metric::Params).expect("counted");
        for point in &by_params.points {
            let (cost, accuracy) = (point.cost.value, point.accuracy.value);
            let beaten = by_params.points.iter().any(|other| {
                other.cost.value <= cost && other.accuracy.value >= accuracy
                    && (other.cost.value < cost || other.accuracy.value > accuracy)
            });
            prop_assert_eq!(point.standing == Standing::On, !beaten);
            prop_assert_eq!(point.beaten_by.is_some(), beaten);
        }
        prop_assert!(by_params.points.iter().any(|point| point.standing == Standing::On));
    }
}

#[test]
fn ranks_are_over_groups_that_have_everyone() {
    let mut runs = quick();
    runs.extend(measured("near", "wide", "gated", 1000, [999; 3], [1; 3]));
    let all = rankings(&group(&runs), By::Style);
    let accuracy = all.iter().find(|ranking| ranking.metric == Metric::TestAccuracy).expect("ranked");
    let order: Vec<_> = accuracy.places.iter().map(|place| (&*place.name, place.rank)).collect();
    assert_eq!(order, [("concat", 1), ("add", 2), ("none", 3)]);
    assert_eq!(accuracy.left_out, [("gated".to_owned(), 1)], "measured in one group of two");
    // Geometric mean of 970.33…/929 and 952/200.
    let expected = ((2913.0_f64 / 2787.0) * (2856.0 / 600.0)).sqrt();
    assert!((accuracy.places[2].behind.value / expected - 1.0).abs() < 1e-9, "{:?}", accuracy.places[2]);
    let params = all.iter().find(|ranking| ranking.metric == Metric::Params).expect("ranked");
    assert!(params.places.iter().all(|place| place.rank == 1), "equal is equal");
    assert!(rankings(&group(&runs), By::Model).is_empty(), "no model is in both groups");
}

#[test]
fn advice_takes_the_most_accurate_that_fits_and_says_how_sure_that_is() {
    let limit = |metric, bound| Limit { metric, bound };
    let [fast] = &recommend(&groups(), &[limit(Metric::TrainThroughput, 1500.0)])[..] else { panic!("one setting") };
    let names: Vec<&str> = fast.fitting.iter().map(|one| &*one.model).collect();
    assert_eq!(names, ["resnet", "resnet-deep", "plain", "plain-deep"]);
    assert_eq!(fast.as_good().map(|one| &*one.model).collect::<Vec<_>>(), ["resnet-deep"]);
    assert!(fast.others.iter().all(|one| one.fit == Fit::No));
    let [at_all] = &recommend(&groups(), &[limit(Metric::TrainThroughput, 2000.0)])[..] else { panic!("one setting") };
    assert_eq!(at_all.fitting[0].fit, Fit::Likely, "its mean reaches the limit, its interval does not");
    let [unknown] = &recommend(&groups(), &[limit(Metric::TrainMemory, 1e9)])[..] else { panic!("one setting") };
    assert!(unknown.fitting.is_empty() && unknown.others.iter().all(|one| one.fit == Fit::Unknown));
    let text = table::format_advice(unknown, Format::Terminal);
    assert!(text.contains("No measured network keeps these limits.") && text.contains("not measured"), "{text}");
}

#[test]
fn a_diff_tells_what_else_changed_and_what_may_not_be_concluded() {
    let mut after = quick();
    for run in &mut after {
        run.row.host = "m2".into();
        run.row.burn_version = "0.23.0".into();
        run.row.step_ns_median = run.row.step_ns_median.map(|ns| ns * 2);
    }
    after.retain(|run| run.row.model != "dense-deep");
    let found = diff(&groups(), &group(&after));
    let rate = found.changes.iter().find(|change| change.metric == Metric::TrainThroughput).expect("timed");
    assert!((rate.ratio.expect("pairs").estimate.value - 0.5).abs() < 1e-9);
    let different: Vec<_> = found.conditions.iter().map(|condition| condition.what).collect();
    assert_eq!(different, ["machine", "Burn"]);
    assert_eq!(found.unmatched, [("deep/dense-deep".to_owned(), "the first run")]);
    assert!(found.cautions[0].contains("two machines"), "{:?}", found.cautions);
    let again = diff(&groups(), &groups());
    assert!(again.cautions[0].contains("gate --against") && again.conditions.is_empty());
}

#[test]
fn documents_are_spliced_between_markers_and_only_there() {
    let report = Report::new(quick());
    let document = "# Mine\n<!-- skipbench:numbers -->old<!-- /skipbench:numbers -->\nkept\n";
    let once = splice(document, &report).expect("marked");
    assert!(
        once.starts_with("# Mine\n<!-- skipbench:numbers -->\n\n- What it buys") && once.ends_with("-->\nkept\n"),
        "{once}"
    );
    assert_eq!(splice(&once, &report).expect("marked"), once, "twice is once");
    assert!(matches!(splice("# Mine\n", &report), Err(SpliceError::NoMarker(_))));
    assert_eq!(splice("<!-- skipbench:rank --> a", &report), Err(SpliceError::Open("rank")));
}

#[test]
fn every_sheet_has_a_title_for_every_column() {
    let mut runs = quick();
    for run in &mut runs {
        let RunRow { traffic_bytes, join_bytes, ceiling_flops_per_s, ceiling_bytes_per_s, .. } = &mut run.row;
        (*traffic_bytes, *join_bytes, *ceiling_flops_per_s, *ceiling_bytes_per_s) =
            (Some(1), Some(1), Some(1e9), Some(1e9));
    }
    let sweep = RunRow {
        sweep: "depth".into(),
        sweep_line: "resnet".into(),
        sweep_value: Some(8),
        step_ns_median: Some(1),
        ..row("resnet8", "train-step", 1)
    };
    runs.push(Run { row: sweep, samples: Vec::new() });
    let report = Report::new(runs);
    let mut sheets =
        vec![table::roofs(&report.roofs), table::curves(&report.curves), table::rankings(&report.rankings)];
    sheets.extend(report.comparisons.iter().map(table::comparison));
    sheets.extend(report.frontiers.iter().map(table::frontier));
    assert!(sheets.len() > 5);
    for sheet in sheets {
        assert!(!sheet.rows.is_empty(), "{}", sheet.id);
        assert!(sheet.rows.iter().all(|row| row.len() == sheet.header.len()), "{}", sheet.id);
    }
    let document = table::format_document(&report);
    for title in
        ["What a skip", "Matched groups", "Accuracy against costs", "Overall ranking", "Growth", "Roofline", "Where it"]
    {
        assert!(document.contains(&format!("\n## {title}")), "{title}: {document}");
    }
}
