//! Accuracy over few seeds.

use skipbench_ci::finding::Verdict;
use skipbench_reports::rows::store::Run;

use super::gate::{judged, trained};

#[test]
fn accuracy_may_be_lower_by_less_than_the_margin() {
    let verdict = |base: [u64; 4], head: [u64; 4]| {
        let seeds = |all: [u64; 4]| (1..).zip(all).map(|(seed, correct)| trained(seed, correct)).collect::<Vec<Run>>();
        let findings = judged(&seeds(base), &seeds(head)).findings;
        let accuracy = findings.iter().find(|finding| finding.metric == "test_accuracy").expect("judged");
        (accuracy.verdict, accuracy.why.clone())
    };
    let base = [950, 960, 955, 953];
    assert_eq!(verdict(base, base).0, Verdict::Pass, "equal, to the image");
    assert_eq!(verdict(base, [948, 957, 954, 951]).0, Verdict::Pass, "two tenths of a point less");
    assert_eq!(verdict(base, [910, 915, 912, 909]).0, Verdict::Regressed);
    assert_eq!(verdict(base, [990, 998, 995, 993]).0, Verdict::Improved);
    let (unsure, why) = verdict(base, [900, 990, 880, 970]);
    assert!(unsure == Verdict::Inconclusive && why.contains("4 seeds"), "{why}");
    // Alike in every seed: the spread of one image, and whatever 0.9 − 0.88 is in binary.
    assert_eq!(verdict([900; 4], [883; 4]).0, Verdict::Pass);
    assert_eq!(verdict([900; 4], [880; 4]).0, Verdict::Inconclusive, "the margin itself is neither kept nor passed");
    assert_eq!(verdict([900; 4], [876; 4]).0, Verdict::Regressed);
    let one = judged(&[trained(1, 950)], &[trained(1, 949)]).findings;
    assert!(one.iter().any(|finding| finding.verdict == Verdict::Inconclusive && finding.why.contains("single seed")));
}

/// The verdict on one network of ten, of which the others are equal in base and head.
fn among_ten(base: &[u64], head: &[u64]) -> Verdict {
    let seeds = |model: &str, all: &[u64]| {
        let seed = |(seed, correct): (u64, &u64)| {
            let mut run = trained(seed, *correct);
            run.row.model = model.to_owned();
            run
        };
        (1..).zip(all).map(seed).collect::<Vec<Run>>()
    };
    let others = || (1..10).flat_map(|other| seeds(&format!("other{other}"), &vec![900; base.len()]));
    let all = |own: &[u64]| seeds("net", own).into_iter().chain(others()).collect::<Vec<Run>>();
    let findings = judged(&all(base), &all(head)).findings;
    let own = |one: &&skipbench_ci::finding::Finding| one.metric == "test_accuracy" && one.cell.contains("/net/");
    findings.iter().find(own).expect("judged").verdict
}

#[test]
fn a_head_that_learned_nothing_has_regressed_with_two_seeds_and_with_one() {
    assert_eq!(among_ten(&[950, 930], &[0, 0]), Verdict::Regressed, "nothing right");
    assert_eq!(among_ten(&[950, 930], &[100, 100]), Verdict::Regressed, "one class of ten");
    assert_eq!(among_ten(&[950, 930], &[90, 120]), Verdict::Regressed);
    assert_eq!(among_ten(&[950], &[0]), Verdict::Regressed);
    assert_eq!(among_ten(&[950], &[100]), Verdict::Regressed);
    assert_eq!(among_ten(&[950, 960], &[500, 510]), Verdict::Regressed, "of two classes");
}

#[test]
fn what_the_spread_of_seeds_can_explain_is_left_open() {
    assert_eq!(among_ten(&[950], &[800]), Verdict::Inconclusive, "an unlucky seed may do that");
    assert_eq!(among_ten(&[950, 930], &[100, 930]), Verdict::Inconclusive, "one that diverged, and one that did not");
    assert_eq!(among_ten(&[450, 550], &[100, 100]), Verdict::Inconclusive, "a base that hardly learned strays far");
    assert_eq!(among_ten(&[100, 110], &[105, 95]), Verdict::Inconclusive, "neither learned");
}
