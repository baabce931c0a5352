//! What must be equal, and what repeats to half a percent.

use skipbench_ci::finding::Verdict;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;

use super::gate::{changed, judged, memory, run};

#[test]
fn peak_heap_may_vary_by_half_a_percent_and_no_more() {
    let base = [memory("resnet", 1_000_000)];
    assert_eq!(changed(&base, &[memory("resnet", 1_004_900)]), []);
    assert_eq!(changed(&base, &[memory("resnet", 1_005_100)]), [("heap_peak_bytes", Verdict::Regressed)]);
    assert_eq!(changed(&base, &[memory("resnet", 990_000)]), [("heap_peak_bytes", Verdict::Improved)]);
}

type Count = fn(&mut RunRow) -> &mut Option<u64>;

/// Every count of work.
const WORK: [(&str, Count); 6] = [
    ("work_allocations", |row| &mut row.work_allocations),
    ("work_allocated_bytes", |row| &mut row.work_allocated_bytes),
    ("work_kernel_calls", |row| &mut row.work_kernel_calls),
    ("work_kernel_macs", |row| &mut row.work_kernel_macs),
    ("work_kernel_bytes", |row| &mut row.work_kernel_bytes),
    ("work_instructions", |row| &mut row.work_instructions),
];

/// A memory cell with so much of that work.
fn worked(of: Count, work: Option<u64>) -> Run {
    let mut run = memory("resnet", 1_000_000);
    *of(&mut run.row) = work;
    run
}

#[test]
fn work_may_vary_by_half_a_percent_and_no_more() {
    for (name, of) in WORK {
        let base = [worked(of, Some(1_000_000))];
        let against = |work| changed(&base, &[worked(of, work)]);
        assert_eq!(against(Some(1_004_900)), []);
        assert_eq!(against(Some(1_005_100)), [(name, Verdict::Regressed)]);
        assert_eq!(against(Some(994_900)), [(name, Verdict::Improved)]);
        assert_eq!(against(None), [(name, Verdict::Regressed)], "no longer counted");
        assert_eq!(changed(&[worked(of, None)], &base), [], "an older base");
    }
}

#[test]
fn on_another_machine_only_what_kernels_were_asked_for_is_judged() {
    for (name, of) in WORK {
        let there = |work| {
            let mut run = worked(of, work);
            run.row.host = "m2".into();
            changed(&[worked(of, Some(1_000_000))], &[run])
        };
        let heap = ("heap_peak_bytes", Verdict::Refused);
        if name.starts_with("work_kernel_") {
            assert_eq!(there(Some(1_005_100)), [(name, Verdict::Regressed), heap]);
        } else {
            assert_eq!(there(Some(1_005_100)), [heap, (name, Verdict::Refused)]);
        }
        let lacking = if name == "work_instructions" { Verdict::Refused } else { Verdict::Regressed };
        assert!(there(None).contains(&(name, lacking)), "{name}: a machine may have no counter, but it has a heap");
    }
}

#[test]
fn whatever_is_exact_must_be_equal_whichever_way_it_differs() {
    let base = [memory("resnet", 1_000_000)];
    let own = &base[0].row;
    let heads = [
        ("params", RunRow { params: Some(999), ..own.clone() }),
        ("params", RunRow { params: Some(1001), ..own.clone() }),
        ("macs", RunRow { macs: None, ..own.clone() }),
        ("output_shape", RunRow { output_shape: "64x11".into(), ..own.clone() }),
        ("loss", RunRow { loss: Some(2.5 + 1e-15), ..own.clone() }),
        ("loss", RunRow { loss: None, ..own.clone() }),
    ];
    for (metric, head) in heads {
        assert_eq!(changed(&base, &[run(head)]), [(metric, Verdict::Regressed)]);
    }
}

#[test]
fn another_machine_has_the_same_counts_nearly_the_same_loss_and_a_heap_of_its_own() {
    let base = [memory("resnet", 1_000_000)];
    let there = |loss: f64| run(RunRow { host: "m2".into(), loss: Some(loss), ..memory("resnet", 2_000_000).row });
    assert_eq!(changed(&base, &[there(2.501)]), [("heap_peak_bytes", Verdict::Refused)]);
    assert_eq!(judged(&base, &[there(2.501)]).exit_code(), 0, "the rest was judged, and passes");
    let far = changed(&base, &[there(2.51)]);
    assert_eq!(far, [("loss", Verdict::Regressed), ("heap_peak_bytes", Verdict::Refused)]);
}

#[test]
fn what_an_older_base_does_not_have_is_not_judged() {
    let older = RunRow { output_shape: String::new(), ..memory("resnet", 1_000_000).row };
    assert_eq!(changed(&[run(older)], &[memory("resnet", 1_000_000)]), []);
}
