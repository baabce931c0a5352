//! What cannot be put together, and what no share may do.

use std::fs;
use std::path::Path;

use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::{self, Run};

use super::super::run::suite;
use super::super::{TINY, ends, refused};

const FEW: [&str; 6] = ["--filter", "peak-memory-infer", "--threads", "1", "--seeds", "1"];

fn share(dir: &Path, number: &str, out: &str) {
    ends(dir, &[&["run", "suite.toml", "--shard", number, "--quiet", "--out", out], &FEW[..]].concat(), 0);
}

/// Both shares of two cells.
fn both() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    ["1/2", "2/2"].into_iter().for_each(|number| share(dir.path(), number, "out"));
    dir
}

/// A copy of the second share with other rows, sealed as if they had been measured so.
fn changed(dir: &Path, change: impl Fn(RunRow) -> RunRow) {
    let (from, to) = (dir.join("out/2-of-2"), dir.join("changed"));
    fs::create_dir_all(&to).expect("made");
    fs::copy(from.join("plan.json"), to.join("plan.json")).expect("copied");
    let change = |run: Run| Run { row: change(run.row), ..run };
    store::write(&to, &store::read(&from).expect("rows").into_iter().map(change).collect::<Vec<Run>>())
        .expect("written");
}

fn merge(dir: &Path, dirs: &[&str]) -> String {
    let said = refused(dir, &[&["merge", "--out", "merged"], dirs].concat());
    assert!(!dir.join("merged").exists(), "{said}");
    said
}

#[test]
fn another_build_or_burn_is_refused_whatever_the_order() {
    let dir = both();
    changed(dir.path(), |row| RunRow { burn_version: "0.99.0".into(), ..row });
    let said = merge(dir.path(), &["out/1-of-2", "changed"]);
    assert!(said.contains("different builds, of Burn 0.22.1 and 0.99.0"), "{said}");
    assert_eq!(said, merge(dir.path(), &["changed", "out/1-of-2"]));
    changed(dir.path(), |row| RunRow { git_revision: "f".repeat(40), ..row });
    assert!(merge(dir.path(), &["out/1-of-2", "changed"]).contains("git revision"));
}

#[test]
fn two_rows_of_one_cell_must_say_the_same() {
    let dir = both();
    changed(dir.path(), |row| RunRow { heap_peak_bytes: Some(7), ..row });
    let said = merge(dir.path(), &["out", "changed"]);
    assert!(said.contains("both measured cell") && said.contains("leave one directory out"), "{said}");
    assert_eq!(said, merge(dir.path(), &["changed", "out"]));
    changed(dir.path(), |row| row);
    ends(dir.path(), &["merge", "out", "changed", "--out", "merged"], 0);
}

#[test]
fn shares_of_other_plans_are_refused() {
    let dir = both();
    share(dir.path(), "1/3", "out");
    let said = merge(dir.path(), &["out"]);
    assert!(said.contains("another number of shares"), "{said}");
    fs::remove_dir_all(dir.path().join("out/1-of-3")).expect("there");
    suite(dir.path(), &TINY.replace("batch = 16", "batch = 8"));
    let other = refused(dir.path(), &[&["run", "suite.toml", "--shard", "1/2", "--out", "out"], &FEW[..]].concat());
    assert!(other.contains("of another plan or share"), "{other}");
    share(dir.path(), "1/2", "other");
    let said = merge(dir.path(), &["out/2-of-2", "other"]);
    assert!(said.contains("the suite's text differs"), "{said}");
}

#[test]
fn what_is_no_share_is_named() {
    let dir = both();
    let nothing = merge(dir.path(), &["."]);
    assert!(nothing.contains("no share of a plan") && nothing.contains("--shard K/N"), "{nothing}");
    ends(dir.path(), &["merge", "out", "--out", "whole"], 0);
    let again = merge(dir.path(), &["whole"]);
    assert!(again.contains("merged already"), "{again}");
    let over = refused(dir.path(), &["merge", "out", "--out", "whole"]);
    assert!(over.contains("nothing is overwritten"), "{over}");
    let resumed = refused(dir.path(), &["run", "--resume", "whole"]);
    assert!(resumed.contains("put together from shards"), "{resumed}");
    ends(dir.path(), &["run", "suite.toml", "--quiet", "--filter", "peak-memory-infer seed=1", "--out", "run"], 0);
    let run = merge(dir.path(), &["run", "out"]);
    assert!(run.contains("a whole run and no share"), "{run}");
}

/// An engine must not try these again.
#[test]
fn what_no_other_try_mends_ends_with_2() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    let run = |more: &[&str]| refused(dir.path(), &[&["run", "suite.toml", "--shard", "1/2"], more].concat());
    assert!(run(&["--plan", "0123456789abcdef"]).contains("the plan here is"));
    assert!(run(&["--precision", "2%"]).contains("cannot be used with"));
    suite(dir.path(), &TINY.replace("batch", "bach"));
    assert!(run(&[]).contains("bach"));
    assert!(!dir.path().join("skipbench-results").exists());
}
