//! A large run: how long it takes is `examples/large.rs`'s, that it is right is tested here.

use skipbench_reports::analyses::compare::compare;
use skipbench_reports::analyses::frontier::{Standing, frontiers};
use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::page::page;
use skipbench_reports::report::Report;
use skipbench_reports::rows::store;

use super::many;

const GROUPS: u64 = 60;

#[test]
fn a_large_run_is_read_back_whole_and_each_group_says_what_it_says_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let runs = many::runs(GROUPS);
    assert_eq!(runs.len(), GROUPS as usize * many::ROWS);
    store::write(dir.path(), &runs).expect("written");
    assert!(store::read(dir.path()).expect("whole") == runs, "every row and every sample");
    let report = Report::new(runs);
    assert_eq!(report.comparisons.len(), GROUPS as usize);
    for (index, comparison) in report.comparisons.iter().enumerate() {
        let own = &report.runs[index * many::ROWS..(index + 1) * many::ROWS];
        assert!(compare(&group(own)) == std::slice::from_ref(comparison), "group {index}");
        assert_eq!(comparison.members[0].model, format!("resnet-{index}"));
        assert_eq!(comparison.members[0].entry(Metric::TestAccuracy).map(|entry| entry.value.n), Some(6));
    }
}

/// Networks of all groups stand on one frontier; who is beaten is told by another way: every network against every
/// other.
#[test]
fn where_each_of_many_networks_stands_agrees_with_holding_every_two_against_each_other() {
    let groups = group(&many::runs(12));
    let all = frontiers(&groups);
    let frontier = all.iter().find(|frontier| frontier.cost == Metric::TrainThroughput).expect("timed and trained");
    assert_eq!(frontier.points.len(), 36);
    for point in &frontier.points {
        let beats = |other: &&skipbench_reports::analyses::frontier::Tradeoff| {
            let (faster, better) = (other.cost.value - point.cost.value, other.accuracy.value - point.accuracy.value);
            faster >= 0.0 && better >= 0.0 && faster + better > 0.0
        };
        let beaten = frontier.points.iter().any(|other| beats(&other));
        assert_eq!(point.standing != Standing::On, beaten, "{}", point.model);
    }
    assert!(frontier.points.iter().any(|point| point.standing == Standing::Off));
    assert!(frontier.points.iter().any(|point| point.standing == Standing::Unsure));
}

#[test]
fn the_page_of_a_large_run_has_every_group_once() {
    let text = page(&Report::new(many::runs(GROUPS)));
    for group in [0, GROUPS - 1] {
        assert_eq!(
            text.matches(&format!("group {group}: digits on flex, matched in params")).count(),
            2,
            "title and label"
        );
    }
    assert_eq!(text.matches("<tr><td>resnet-7-train-").count(), 6 + 6 + 1, "every row");
}
