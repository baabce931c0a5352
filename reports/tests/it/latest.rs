//! Records of one suite: the latest that measured the same is taken, all else stays.

use std::path::PathBuf;

use skipbench_reports::rows::latest::latest;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::Run;

use super::row;

/// A record of that name with cells of these models, measured by that revision.
fn record(path: &str, revision: &str, models: &[&str]) -> (PathBuf, Vec<Run>) {
    let run = |model: &&str| Run {
        row: RunRow { suite: "quick".into(), git_revision: revision.into(), ..row(model, "train", 1) },
        samples: Vec::new(),
    };
    (path.into(), models.iter().map(run).collect())
}

/// The revisions that are left, each once, and what is said of the others.
fn left(dirs: Vec<(PathBuf, Vec<Run>)>) -> (Vec<String>, Vec<String>) {
    let (runs, notes) = latest(dirs);
    let mut revisions: Vec<String> = runs.into_iter().map(|run| run.row.git_revision).collect();
    revisions.dedup();
    (revisions, notes)
}

#[test]
fn of_records_that_measured_the_same_the_latest_is_taken() {
    let day = |nth: &str, revision| record(&format!("records/m/2026-11-24{nth}-quick"), revision, &["a", "b"]);
    // Ten comes after two, whatever order the names have.
    let (revisions, notes) = left(vec![day("-10", "c"), day("", "a"), day("-2", "b")]);
    assert_eq!(revisions, ["c"]);
    insta::assert_snapshot!(notes.join("\n"), @r"
    m/2026-11-24-quick is left out: m/2026-11-24-10-quick measured the same later
    m/2026-11-24-2-quick is left out: m/2026-11-24-10-quick measured the same later
    ");
    let (revisions, _) = left(vec![day("-2", "a"), record("records/m/2026-11-25-quick", "b", &["a", "b", "more"])]);
    assert_eq!(revisions, ["b"], "another day, another model beside");
}

#[test]
fn a_directory_given_twice_and_a_copy_of_it_count_once() {
    let run = || record("out/mine", "a", &["a", "b"]);
    let copy = (PathBuf::from("elsewhere/copy"), run().1);
    let (runs, notes) = latest(vec![run(), run(), copy]);
    assert_eq!(runs.len(), 2);
    insta::assert_snapshot!(notes.join("\n"), @r"
    out/mine is left out: out/mine holds the same rows
    elsewhere/copy is left out: out/mine holds the same rows
    ");
}

#[test]
fn what_does_not_repeat_a_record_or_is_none_leaves_it_alone() {
    let first = || record("m/2026-11-24-quick", "a", &["a", "b"]);
    for (other, why) in [
        (record("m/2026-11-25-quick", "b", &["a"]), "a part only"),
        (record("out/quick-20261125-101010", "b", &["a", "b"]), "a run that was not recorded"),
        (record("m/2026-11-25-x-quick", "b", &["a", "b"]), "not a record's name"),
    ] {
        assert_eq!(left(vec![first(), other]), (vec!["a".to_owned(), "b".to_owned()], vec![]), "{why}");
    }
    let mut elsewhere = record("n/2026-11-25-quick", "b", &["a", "b"]);
    elsewhere.1.iter_mut().for_each(|run| run.row.host = "another".into());
    assert_eq!(left(vec![first(), elsewhere]).0, ["a", "b"], "another machine");
    let mut other_kernels = record("m/2026-11-25-quick", "b", &["a", "b"]);
    other_kernels.1.iter_mut().for_each(|run| run.row.recipe = r#"{"kernels":"skipbench-bf16"}"#.into());
    assert_eq!(left(vec![first(), other_kernels]).0, ["a", "b"], "other kernels");
    let mut longer = record("m/2026-11-25-quick", "b", &["a", "b"]);
    longer.1.iter_mut().for_each(|run| run.row.recipe = r#"{"epochs":9}"#.into());
    assert_eq!(left(vec![first(), longer]).0, ["b"], "another recipe by the same kernels");
    let mut failed = record("m/2026-11-25-quick", "b", &["a", "b"]);
    failed.1[0].row.status = Status::Crashed;
    assert_eq!(left(vec![first(), failed]).0, ["a", "b"], "a later one that failed");
}
