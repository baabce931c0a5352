//! What sets say of ratios.

use skipbench_reports::analyses::answer::answers;
use skipbench_reports::analyses::compare::{ComparedMetric, ComparisonVerdict, compare, rows};
use skipbench_reports::analyses::frontier::{Standing, frontiers};
use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::analyses::rank::{By, rankings};
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;
use skipbench_reports::stats::lockstep::Sample;
use skipbench_reports::stats::paired::Contrast;

use super::super::trained;
use super::{broken, reference, sitting, twin};

fn entry(runs: &[Run], metric: Metric) -> ComparedMetric {
    let compared = compare(&group(runs));
    let [pair] = &compared[..] else { panic!("one group, not {}", compared.len()) };
    pair.members[1].entry(metric).expect("measured").clone()
}

fn ratio(runs: &[Run], metric: Metric) -> Contrast {
    entry(runs, metric).ratio.expect("took turns")
}

#[test]
fn a_planted_ratio_comes_out_whatever_the_machine_does_meanwhile() {
    let runs = sitting("train-step", &[("dense", &[1.25, 1.251, 1.249])]);
    let found = ratio(&runs, Metric::TrainThroughput).estimate;
    assert_eq!(found.n, 3);
    assert!((found.value - 0.8).abs() < 1e-5, "a rate is the inverse of time: {found:?}");
    // t(0.975, 2) = 4.303, and the logarithms deviate by 0.001 / 1.25.
    let half = 4.303 * (0.001 / 1.25) / 3.0_f64.sqrt();
    assert!((found.high.expect("an end") / found.value - 1.0 - half).abs() < 1e-5, "{found:?}");
    let entry = entry(&runs, Metric::TrainThroughput);
    assert_eq!((entry.verdict, entry.turns, entry.sets), (ComparisonVerdict::Lower, true, 3));
    // The median of three sets, each a third slower than the last: that of the second.
    let second = 100.0 * 1e9 / (5e7 * 1.33_f64.powi(2) * 1.251);
    assert!((entry.value.value / second - 1.0).abs() < 1e-6, "{:?}", entry.value);
}

#[test]
fn of_latency_more_is_slower() {
    let entry = entry(&sitting("latency", &[("dense", &[1.25, 1.251, 1.249])]), Metric::Latency);
    assert!((entry.ratio.expect("took turns").estimate.value - 1.25).abs() < 1e-5);
    assert_eq!(entry.verdict, ComparisonVerdict::Higher);
}

#[test]
fn of_added_sets_the_spread_is_that_of_the_planned_ones() {
    // Five planned sets, then two that lie far away.
    let ratios = [1.10, 1.12, 1.08, 1.11, 1.09, 1.4, 0.8];
    let found = ratio(&sitting("train-step", &[("dense", &ratios)]), Metric::TrainThroughput);
    let logs: Vec<f64> = ratios.iter().map(|ratio| -f64::ln(*ratio)).collect();
    assert_eq!(Some(found), Sample { logs: &logs, pilot: 5 }.contrast());
    let all = Sample::fixed(&logs).contrast().expect("seven sets");
    assert!(found.estimate.half_width() < all.estimate.half_width(), "{found:?} {all:?}");
}

/// Its ratio in two of the planned sets was not measured: what is left of the plan gives the spread.
#[test]
fn a_planned_set_that_broke_is_no_part_of_the_spread() {
    let mut runs = sitting("train-step", &[("dense", &[1.10, 1.12, 1.08, 1.11, 1.09, 1.4])]);
    runs.retain(|run| run.row.model == "resnet" || ![2, 3].contains(&run.row.set.expect("a set")));
    let found = ratio(&runs, Metric::TrainThroughput);
    let logs = [1.10, 1.11, 1.09, 1.4].map(|ratio| -f64::ln(ratio));
    assert_eq!(Some(found), Sample { logs: &logs, pilot: 3 }.contrast());
}

#[test]
fn a_broken_member_leaves_the_others_as_they_are() {
    let mut runs = sitting("train-step", &[("dense", &[1.25, 1.251, 1.249])]);
    let whole = ratio(&runs, Metric::TrainThroughput);
    runs.extend((1..=3).map(|set| broken("plain", "train-step", set, "its process died")));
    let compared = compare(&group(&runs));
    assert_eq!(compared[0].members[1].entry(Metric::TrainThroughput).and_then(|entry| entry.ratio), Some(whole));
    let plain = &compared[0].members[2];
    assert_eq!((plain.entry(Metric::TrainThroughput), plain.failures.len()), (None, 3));
    // One that died in the second set has two sets.
    runs.retain(|run| run.row.model != "dense" || run.row.set != Some(2));
    assert_eq!(ratio(&runs, Metric::TrainThroughput).estimate.n, 2);
}

#[test]
fn the_noise_floor_hides_nothing_that_sets_show() {
    let mut runs = sitting("train-step", &[("near", &[1.020, 1.0201, 1.0199, 1.02])]);
    runs.extend((1..).zip([1.04, 0.97, 1.01, 1.02]).map(|(set, ratio)| twin("train-step", set, ratio, 5e7)));
    let compared = compare(&group(&runs));
    let floor = compared[0].noise_floor(Metric::TrainThroughput).expect("twins");
    assert!(floor > 0.03 && floor < 0.1, "{floor}");
    assert_eq!(compared[0].members.len(), 2, "the twin is no member");
    let near = compared[0].members[1].entry(Metric::TrainThroughput).expect("timed");
    assert_eq!(near.verdict, ComparisonVerdict::Lower, "2 % slower, below the floor, but by its own interval");
    let lines = rows(&compared);
    let line = lines.iter().find(|line| line.model == "near" && line.metric == "train_images_per_s").expect("there");
    assert_eq!((line.turns, line.pairs, line.noise_floor), (true, 4, Some(floor)));
}

/// Two members that both took turns with the reference are compared through it, set by set.
#[test]
fn members_are_compared_with_each_other_within_their_sets() {
    let runs = sitting("train-step", &[("plain", &[0.5, 0.6, 0.4]), ("dense", &[1.0, 1.2, 0.8])]);
    let runs: Vec<Run> = runs
        .into_iter()
        .map(|run| {
            let skip = ["none", "concat"].into_iter().find(|skip| (*skip == "none") == (run.row.model == "plain"));
            let skip = if run.row.model == "resnet" { "add" } else { skip.expect("one of two") };
            Run { row: RunRow { skip: skip.into(), ..run.row }, ..run }
        })
        .collect();
    let answers = answers(&group(&runs));
    let effect = answers[0].effects.iter().find(|effect| effect.style == "concat").expect("both");
    assert!(effect.turns && (effect.contrast.estimate.value - 0.5).abs() < 1e-9, "{effect:?}");
    assert!(effect.contrast.estimate.half_width() < Some(1e-9), "twice as long in every set: {effect:?}");
}

/// By absolute medians the member that was only in the last sets, on a machine that had become slow, would seem slower.
#[test]
fn ranks_and_frontiers_go_by_turns() {
    let mut runs = sitting("train-step", &[("dense", &[0.9, 0.901, 0.899, 0.9])]);
    runs.retain(|run| run.row.model == "resnet" || run.row.set > Some(2));
    for seed in 1..=3 {
        runs.extend([trained("resnet", seed, 940 + seed), trained("dense", seed, 970 + seed)]);
    }
    let groups = group(&runs);
    let ranking = rankings(&groups, By::Model).into_iter().find(|one| one.metric == Metric::TrainThroughput);
    let places = ranking.expect("two").places;
    assert_eq!((places[0].name.as_str(), places[1].name.as_str()), ("dense", "resnet"));
    assert!((places[1].behind.value - 1.0 / 0.9).abs() < 1e-3, "{places:?}");
    let whole = sitting("train-step", &[("dense", &[0.9, 0.901, 0.899, 0.9])]);
    let trained = runs.into_iter().filter(|run| run.row.set.is_none());
    let frontiers = frontiers(&group(&whole.into_iter().chain(trained).collect::<Vec<Run>>()));
    let resnet = frontiers[0].points.iter().find(|point| point.model == "resnet").expect("there");
    assert_eq!((resnet.standing, resnet.beaten_by.as_deref()), (Standing::Off, Some("dense")));
}

#[test]
fn what_took_turns_with_another_program_is_no_ratio_to_the_reference() {
    let mut runs = sitting("train-step", &[("dense", &[1.25, 1.25, 1.25])]);
    for run in &mut runs {
        run.row.time_reference = "base".into();
        run.row.time_ratio = Some(7.0);
    }
    let entry = entry(&runs, Metric::TrainThroughput);
    assert!(!entry.turns && (entry.ratio.expect("pairs").estimate.value - 0.8).abs() < 1e-6, "{entry:?}");
    assert_eq!(reference("infer", 1, 1.0).row.time_ratio, None);
}
