//! What the base has and the head lost: columns and series, whole or as numbers.

use skipbench_ci::finding::Verdict;
use skipbench_reports::rows::record::SampleRow;
use skipbench_reports::rows::store::Run;

use super::gate::{changed, judged, memory, trained};

/// A trained cell with these series.
fn with(series: &[(&str, &[f64])]) -> Run {
    let mut run = trained(1, 950);
    for (name, values) in series {
        let sample = |(index, value): (u64, &f64)| SampleRow {
            cell: run.row.cell.as_str().into(),
            series: (*name).into(),
            index,
            value: *value,
        };
        run.samples.extend((1..).zip(*values).map(sample));
    }
    run
}

const LOSSES: (&str, &[f64]) = ("loss", &[2.3, 1.0, 0.4]);

/// Why the head's series have regressed, if they have.
fn lost(base: &[(&str, &[f64])], head: &[(&str, &[f64])]) -> Option<String> {
    let judged = judged(&[with(base)], &[with(head)]);
    let finding = judged.findings.iter().find(|finding| finding.metric == "series")?;
    assert_eq!((finding.verdict, judged.exit_code()), (Verdict::Regressed, 1));
    assert_eq!(judged.due, judged.judged, "it is none of the values that are counted");
    Some(finding.why.clone())
}

#[test]
fn series_that_the_head_lost_in_whole_or_in_part_are_regressions() {
    assert_eq!(lost(&[LOSSES], &[LOSSES]), None);
    assert_eq!(lost(&[LOSSES], &[]).as_deref(), Some("loss: 3 in the base, none in the head"));
    assert_eq!(lost(&[LOSSES], &[("loss", &[2.3])]).as_deref(), Some("loss: 3 in the base, only 1 in the head"));
    let other = ("test_correct", &[900.0][..]);
    let both = lost(&[LOSSES, other], &[]).expect("lost");
    assert!(both.contains("loss: 3") && both.contains("test_correct: 1"), "{both}");
    assert_eq!(lost(&[], &[LOSSES]), None, "what is new is not lost");
}

#[test]
fn numbers_that_are_none_any_more_are_regressions() {
    for broken in [f64::NAN, f64::INFINITY] {
        let why = lost(&[LOSSES], &[("loss", &[2.3, broken, 0.4])]).expect("lost");
        assert!(why.contains("loss: a number in the base, but not a finite one in the head"), "{why}");
    }
    assert_eq!(lost(&[("loss", &[f64::NAN])], &[("loss", &[f64::NAN])]), None, "nor did the base have one");
    // A column, of whatever task.
    let of = |loss| {
        let mut run = trained(1, 950);
        run.row.loss = Some(loss);
        run
    };
    assert_eq!(changed(&[of(0.4)], &[of(f64::NAN)]), [("loss", Verdict::Regressed)]);
    assert_eq!(changed(&[of(f64::NAN)], &[of(f64::NAN)]), []);
    assert_eq!(changed(&[of(f64::NAN)], &[of(0.4)]), []);
}

/// How many steps fit into their time differs from run to run; and a stack that no longer diverges has no step in which
/// it did.
#[test]
fn series_that_may_be_shorter_are_not_lost() {
    assert_eq!(lost(&[("step_ns", &[1.0, 2.0, 3.0])], &[("step_ns", &[1.0])]), None);
    assert_eq!(lost(&[("turn_waited_ns", &[1.0, 2.0])], &[("turn_waited_ns", &[1.0])]), None);
    assert!(lost(&[("step_ns", &[1.0])], &[]).is_some(), "but not be gone");
    assert_eq!(lost(&[("identity_diverged", &[7.0])], &[]), None);
    assert_eq!(judged(&[memory("resnet", 1)], &[memory("resnet", 1)]).exit_code(), 0);
}
