//! Values that no measurement can give are errors that name cell and column; values that one can give are not.

use std::fs;
use std::path::Path;

use skipbench_ci::bless::{BlessError, bless};
use skipbench_ci::config::Config;
use skipbench_ci::gate::judge;
use skipbench_ci::pair::PairError;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::{Run, read};

use super::gate::{memory, trained};

/// What the gate says of a row that cannot be, as the head and as the base.
fn refused(good: &Run, edit: impl Fn(&mut RunRow)) -> [String; 2] {
    let mut bad = good.clone();
    edit(&mut bad.row);
    let (good, bad) = (std::slice::from_ref(good), std::slice::from_ref(&bad));
    let told = |base: &[Run], head: &[Run]| judge(base, head, &Config::default()).expect_err("impossible").to_string();
    assert!(matches!(bless(good, bad), Err(BlessError::Pair(PairError::Impossible { .. }))), "no baseline either");
    [told(good, bad), told(bad, good)]
}

#[test]
fn what_cannot_be_is_refused_by_cell_and_column_in_head_and_base() {
    let (memory, trained) = (memory("resnet", 1_000_000), trained(1, 900));
    let mut cases: Vec<(&str, [String; 2])> = vec![
        ("test_correct = 5000", refused(&trained, |row| row.test_correct = Some(5000))),
        ("test_total = 0", refused(&trained, |row| row.test_total = Some(0))),
        ("test_total = 1000", refused(&trained, |row| row.test_images = 600)),
        ("heap_peak_bytes = 0", refused(&memory, |row| row.heap_peak_bytes = Some(0))),
        ("heap_start_bytes = 2000000", refused(&memory, |row| row.heap_start_bytes = Some(2_000_000))),
        ("heap_peak_forward_bytes = 1000001", refused(&memory, |row| row.heap_peak_forward_bytes = Some(1_000_001))),
        ("work_allocations = 0", refused(&memory, |row| row.work_allocations = Some(0))),
        ("work_kernel_macs = 0", refused(&memory, |row| row.work_kernel_macs = Some(0))),
        ("params = 0", refused(&memory, |row| row.params = Some(0))),
        ("step_ns_median = 0", refused(&memory, |row| row.step_ns_median = Some(0))),
        ("step_ns_median = 9", refused(&memory, |row| (row.step_ns_median, row.step_ns_p90) = (Some(9), Some(8)))),
        ("output_shape = 0x10", refused(&memory, |row| row.output_shape = "0x10".into())),
        ("output_shape = ten", refused(&memory, |row| row.output_shape = "ten".into())),
        ("error = late", refused(&memory, |row| row.error = "late".into())),
    ];
    for loss in [f64::NAN, f64::INFINITY, -1.0] {
        cases.push(("loss = ", refused(&memory, |row| row.loss = Some(loss))));
    }
    cases.push(("ceiling_flops_per_s = NaN", refused(&memory, |row| row.ceiling_flops_per_s = Some(f64::NAN))));
    for (named, [head, base]) in cases {
        assert!(head.contains(named) && head.contains(" in the head is impossible"), "{named}: {head}");
        assert!(base.contains(named) && base.contains(" in the base is impossible"), "{named}: {base}");
        assert!(head.starts_with("pair/"), "the cell: {head}");
    }
}

#[test]
fn what_an_honest_run_may_hold_is_possible() {
    let fine = |run: Run| {
        let run = [run];
        judge(&run, &run, &Config::default()).expect("judged");
    };
    let diverged = RunRow { loss: Some(f64::NAN), ..trained(1, 100).row };
    fine(Run { row: diverged, samples: Vec::new() });
    fine(trained(1, 0));
    let plain = RunRow { join_bytes: Some(0), heap_growth_bytes: Some(-8), ..memory("plain", 1).row };
    fine(Run { row: plain, samples: Vec::new() });
    let custom = RunRow { family: "own".into(), macs: Some(0), ..memory("custom", 1).row };
    fine(Run { row: custom, samples: Vec::new() });
}

/// Every row that this project ever kept was measured, so each of them is possible.
#[test]
fn every_kept_record_is_possible() {
    let records = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/records");
    let machines = fs::read_dir(&records).expect("kept").map(|machine| machine.expect("readable").path());
    let mut count = 0;
    for dir in machines.filter(|path| path.is_dir()).flat_map(|machine| fs::read_dir(machine).expect("readable")) {
        let dir = dir.expect("readable").path();
        let runs = read(&dir).unwrap_or_else(|error| panic!("{error}"));
        judge(&runs, &runs, &Config::default()).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
        count += 1;
    }
    assert!(count > 0, "there are records");
}
