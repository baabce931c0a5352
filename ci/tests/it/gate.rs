//! The gate: what changed is found, what cannot be judged is refused, nothing else is said.

use skipbench_ci::gate::{Finding, GateError, Verdict, judge};
use skipbench_reports::record::{RunRow, Status};
use skipbench_reports::store::Run;

fn memory(model: &str, heap_peak_bytes: u64) -> Run {
    let row = RunRow {
        status: Status::Ok,
        group: "pair".into(),
        model: model.into(),
        task: "peak-memory-train".into(),
        device: "flex".into(),
        seed: 1,
        params: Some(1000),
        macs: Some(2000),
        heap_peak_bytes: Some(heap_peak_bytes),
        ..RunRow::default()
    };
    Run { row, samples: Vec::new() }
}

fn changed(base: &[Run], head: &[Run]) -> Vec<(&'static str, Verdict)> {
    let findings: Vec<Finding> = judge(base, head).expect("judged");
    findings
        .into_iter()
        .filter(|finding| finding.verdict != Verdict::Pass)
        .map(|finding| (finding.metric, finding.verdict))
        .collect()
}

#[test]
fn the_same_run_passes() {
    let runs = [memory("resnet", 1_000_000), memory("dense", 3_000_000)];
    assert_eq!(changed(&runs, &runs), []);
}

#[test]
fn peak_heap_may_vary_by_half_a_percent_and_no_more() {
    let base = [memory("resnet", 1_000_000)];
    assert_eq!(changed(&base, &[memory("resnet", 1_004_900)]), []);
    assert_eq!(changed(&base, &[memory("resnet", 1_005_100)]), [("heap_peak_bytes", Verdict::Regressed)]);
    assert_eq!(changed(&base, &[memory("resnet", 990_000)]), [("heap_peak_bytes", Verdict::Improved)]);
}

#[test]
fn heap_peaks_of_two_machines_are_not_judged() {
    let base = [memory("resnet", 1_000_000)];
    let row = RunRow { host: "another".into(), ..memory("resnet", 2_000_000).row };
    assert_eq!(changed(&base, &[Run { row, samples: Vec::new() }]), [("heap_peak_bytes", Verdict::Inconclusive)]);
}

#[test]
fn another_count_is_a_regression_whatever_its_sign() {
    let base = [memory("resnet", 1_000_000)];
    for params in [999, 1001] {
        let head = Run { row: RunRow { params: Some(params), ..base[0].row.clone() }, samples: Vec::new() };
        assert_eq!(changed(&base, &[head]), [("params", Verdict::Regressed)]);
    }
}

#[test]
fn a_cell_that_is_no_longer_measured_is_a_regression() {
    let base = [memory("resnet", 1_000_000)];
    let row = RunRow { status: Status::Crashed, params: None, heap_peak_bytes: None, ..base[0].row.clone() };
    let found = changed(&base, &[Run { row, samples: Vec::new() }]);
    assert_eq!(found, [("params", Verdict::Regressed), ("heap_peak_bytes", Verdict::Regressed)]);
}

#[test]
fn what_cannot_be_judged_is_an_error_and_never_a_pass() {
    let base = [memory("resnet", 1_000_000), memory("dense", 2_000_000)];
    assert_eq!(judge(&[], &base), Err(GateError::EmptyBase));
    assert!(matches!(judge(&base, &base[..1]), Err(GateError::Missing(_))), "a head with fewer cells");
    let twice = [base[0].clone(), base[0].clone(), base[1].clone()];
    assert!(matches!(judge(&base, &twice), Err(GateError::Repeated(_))));
    assert!(matches!(judge(&twice, &base), Err(GateError::Repeated(_))));
    let other = Run { row: RunRow { recipe: "other".into(), ..base[0].row.clone() }, samples: Vec::new() };
    let refused = judge(&base, &[other, base[1].clone()]);
    assert!(matches!(refused, Err(GateError::OtherWork { what: "the recipe", .. })));
}
