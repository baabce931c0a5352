//! Programs that take turns: known ratios come out of drifting, disturbed times, and intervals hold the truth as often
//! as they say.

use skipbench_reports::stats::lockstep::{
    Sample, TimeVerdict, Turn, dropped, judge, log_ratio, noise_floor, sets_needed,
};

use super::noise::{normals, uniforms};

const REFERENCE: usize = 0;
const MEMBER: usize = 1;

/// Turns of two programs in a random order of ABBA and BAAB; `log` gives the logarithm of the time at a place.
fn turns(blocks: usize, mut log: impl FnMut(usize, usize) -> f64) -> Vec<Turn> {
    let mut uniform = uniforms();
    let order = (0..blocks).flat_map(|_| if uniform() < 0.5 { [0, 1, 1, 0] } else { [1, 0, 0, 1] });
    let turn = |(place, member): (usize, usize)| Turn {
        order: place as u64,
        member,
        ns: log(place, member).exp(),
        disturbed: false,
    };
    order.enumerate().map(turn).collect()
}

fn ratio(turns: &[Turn]) -> f64 {
    log_ratio(turns, REFERENCE, MEMBER).expect("turns of both").exp()
}

/// The logarithm of 10 ms, 3 % more for the member.
fn planted(member: usize) -> f64 {
    16.0 + if member == MEMBER { 1.03_f64.ln() } else { 0.0 }
}

#[test]
fn a_planted_ratio_comes_out_of_times_that_drift() {
    let drifting = turns(30, |place, member| planted(member) + 0.01 * place as f64);
    assert!((ratio(&drifting) - 1.03).abs() < 1e-9, "the machine became {} times slower meanwhile", 1.2_f64.exp());
}

#[test]
fn spikes_move_it_by_little() {
    let (mut normal, mut uniform) = (normals(), uniforms());
    let spiked = turns(100, |_, member| {
        let spike = if uniform() < 0.05 { 2.0 } else { 0.0 };
        planted(member) + 0.01 * normal() + spike
    });
    assert!((ratio(&spiked) - 1.03).abs() < 0.005, "{}", ratio(&spiked));
}

/// Times have a long tail above. A program must not seem faster than another because only the other's turns are
/// averaged.
#[test]
fn equal_programs_are_equal_whatever_the_shape_of_the_noise() {
    let mut uniform = uniforms();
    let mut skewed = || {
        let turns = turns(50, |_, _| -0.1 * uniform().max(1e-300).ln());
        log_ratio(&turns, REFERENCE, MEMBER).expect("turns of both")
    };
    let logs: Vec<f64> = (0..1000).map(|_| skewed()).collect();
    let ratio = Sample::fixed(&logs).ratio().expect("a thousand sets");
    assert!(!ratio.excludes(1.0) && ratio.half_width() < Some(0.002), "{ratio:?}");
}

#[test]
fn turns_are_dropped_by_outside_evidence_alone_and_only_where_it_is_rare() {
    // Three of five turns take twice as long, of the member only.
    let mut count = 0;
    let mut held_up = turns(60, |_, member| {
        count += member;
        planted(member) + if member == MEMBER && count % 5 < 3 { 2.0_f64.ln() } else { 0.0 }
    });
    assert!(ratio(&held_up) > 1.1);
    for turn in &mut held_up {
        turn.disturbed = turn.member == MEMBER && turn.ns > 1.5 * 16.0_f64.exp();
    }
    assert!(dropped(&held_up) > 0);
    assert!((ratio(&held_up) - 1.03).abs() < 1e-9, "{}", ratio(&held_up));
    held_up.iter_mut().for_each(|turn| turn.disturbed = true);
    assert_eq!(dropped(&held_up), 0, "disturbed turns are the usual ones here");
    assert!(ratio(&held_up) > 1.1);
}

/// What disturbs one program alone all the time must not leave it without a turn.
#[test]
fn no_program_loses_most_of_its_turns() {
    let mut held_up = turns(60, |_, member| planted(member));
    // A third program, so that less than a third of all turns is disturbed.
    let more = held_up.clone().into_iter().map(|turn| Turn { member: turn.member + 2, ..turn });
    held_up.extend(more.collect::<Vec<Turn>>());
    for turn in held_up.iter_mut().filter(|turn| turn.member == MEMBER) {
        turn.disturbed = true;
    }
    assert_eq!(dropped(&held_up), 0);
    assert!((ratio(&held_up) - 1.03).abs() < 1e-9, "{}", ratio(&held_up));
}

#[test]
fn nothing_is_said_of_a_program_without_turns_between_the_references() {
    let mut few = turns(1, |_, member| planted(member));
    assert_eq!(log_ratio(&few, REFERENCE, 2), None);
    few.retain(|turn| turn.member == MEMBER);
    assert_eq!(log_ratio(&few, REFERENCE, MEMBER), None);
}

/// One whole comparison of `sets` sets: 3 % of spread between sets, 8 % between turns, a drift, and a true ratio.
pub(crate) fn logs(sets: usize, truth: f64, normal: &mut impl FnMut() -> f64) -> Vec<f64> {
    let one = |_| {
        let between = 0.03 * normal();
        let turns = turns(15, |place, member| {
            let own = if member == MEMBER { truth.ln() + between } else { 0.0 };
            own + 0.08 * normal() + 0.002 * place as f64
        });
        log_ratio(&turns, REFERENCE, MEMBER).expect("turns of both")
    };
    (0..sets).map(one).collect()
}

#[test]
fn intervals_over_sets_hold_the_truth_in_95_of_100_comparisons() {
    let (mut normal, mut held) = (normals(), 0);
    for _ in 0..2000 {
        let logs = logs(6, 1.05, &mut normal);
        let ratio = Sample::fixed(&logs).ratio().expect("six sets");
        held += usize::from(!ratio.excludes(1.05));
    }
    // Two binomial standard deviations around 95 %.
    assert!((1880..=1920).contains(&held), "{held} of 2000");
}

/// Stein's rule is exact; adding sets until the interval looks narrow is not.
#[test]
fn the_sequential_rule_keeps_its_coverage_and_its_precision() {
    const PRECISION: f64 = 0.02;
    let mut normal = normals();
    let (mut held, mut naive_held, mut widest) = (0, 0, 0.0_f64);
    for _ in 0..4000 {
        let mut set = || 1.05_f64.ln() + 0.02 * normal();
        let mut logs: Vec<f64> = (0..5).map(|_| set()).collect();
        let mut naive = logs.clone();
        let needed = sets_needed(&logs, PRECISION).expect("five sets");
        logs.extend((logs.len()..needed).map(|_| set()));
        let ratio = Sample { logs: &logs, pilot: 5 }.ratio().expect("five sets");
        held += usize::from(!ratio.excludes(1.05));
        widest = widest.max(ratio.high.expect("an end") / ratio.value - 1.0);
        let wide = |logs: &[f64]| Sample::fixed(logs).ratio().and_then(|ratio| ratio.half_width()) > Some(PRECISION);
        while wide(&naive) {
            naive.push(set());
        }
        naive_held += usize::from(!Sample::fixed(&naive).ratio().expect("sets").excludes(1.05));
    }
    assert!((3772..=3828).contains(&held), "{held} of 4000 by Stein's rule");
    assert!(widest <= PRECISION + 1e-9, "{widest}");
    assert!(naive_held < 3772, "{naive_held} of 4000 by adding sets until it looks narrow");
}

#[test]
fn with_several_programs_the_sets_of_each_follow_from_its_own_spread() {
    let quiet = [0.001, -0.001, 0.0, 0.001, -0.001];
    assert_eq!(sets_needed(&quiet, 0.02), Some(5));
    let noisy = [0.05, -0.05, 0.0, 0.05, -0.05];
    // (2.776 · 0.05 / ln 1.02)²
    assert_eq!(sets_needed(&noisy, 0.02), Some(50));
    assert_eq!(sets_needed(&quiet[..1], 0.02), None);
}

#[test]
fn verdicts_follow_the_bounds() {
    let around = |middle: f64, spread: f64| [-1.0, -0.5, 0.0, 0.5, 1.0].map(|step| f64::ln_1p(middle) + spread * step);
    let judged = |logs: &[f64]| judge(&[Sample::fixed(logs)], Some(0.03))[0];
    assert_eq!(judged(&around(0.0, 0.01)), TimeVerdict::Pass);
    assert_eq!(judged(&around(0.02, 0.005)), TimeVerdict::Pass, "slower, but surely by less than the limit");
    assert_eq!(judged(&around(0.06, 0.01)), TimeVerdict::Regressed);
    assert_eq!(
        judged(&around(0.025, 0.02)),
        TimeVerdict::CannotTell,
        "the estimate lies below the limit, the bound above"
    );
    assert_eq!(judged(&around(0.06, 0.2)), TimeVerdict::CannotTell);
    assert_eq!(judged(&[0.5]), TimeVerdict::CannotTell, "one set has no spread");
    let judged = |logs: &[f64]| judge(&[Sample::fixed(logs)], None)[0];
    assert_eq!(judged(&around(0.06, 0.01)), TimeVerdict::Slower);
    assert_eq!(judged(&around(-0.06, 0.01)), TimeVerdict::Faster);
    assert_eq!(judged(&around(0.001, 0.01)), TimeVerdict::NoDifferenceShown);
}

/// What the verdict leans on is the interval that is shown.
#[test]
fn alone_a_verdict_agrees_with_the_interval() {
    let mut normal = normals();
    for _ in 0..500 {
        let logs: Vec<f64> = (0..4).map(|_| 0.02 + 0.02 * normal()).collect();
        let sample = Sample::fixed(&logs);
        let ratio = sample.ratio().expect("four sets");
        let (low, high) = (ratio.low.expect("an end"), ratio.high.expect("an end"));
        let expected = match () {
            () if high < 1.03 => TimeVerdict::Pass,
            () if low > 1.0 && ratio.value > 1.03 => TimeVerdict::Regressed,
            () => TimeVerdict::CannotTell,
        };
        assert_eq!(judge(&[sample], Some(0.03)), [expected], "{ratio:?}");
    }
}

#[test]
fn of_many_equal_programs_hardly_one_is_called_slower() {
    let (mut normal, mut alarms, mut regressed) = (normals(), 0, 0);
    for _ in 0..2000 {
        let logs: Vec<Vec<f64>> = (0..8).map(|_| (0..6).map(|_| 0.015 * normal()).collect()).collect();
        let samples: Vec<Sample<'_>> = logs.iter().map(|logs| Sample::fixed(logs)).collect();
        alarms += usize::from(judge(&samples, None).iter().any(|verdict| *verdict != TimeVerdict::NoDifferenceShown));
        regressed += usize::from(judge(&samples, Some(0.03)).contains(&TimeVerdict::Regressed));
    }
    assert!(alarms <= 120, "{alarms} of 2000: in at most 5 % of tables");
    assert!(regressed <= 20, "{regressed} of 2000 beyond a limit of 3 %");
}

#[test]
fn the_noise_floor_is_the_far_end_of_the_twins_interval() {
    let ratio = Sample::fixed(&[0.01, -0.01, 0.02]).ratio().expect("three sets");
    let floor = noise_floor(&ratio).expect("an interval");
    assert!((floor - (ratio.high.expect("an end") - 1.0)).abs() < 1e-12);
    assert_eq!(noise_floor(&Sample::fixed(&[0.01]).ratio().expect("one set")), None);
}
