//! Files of a run that were cut short or edited: a refusal leaves them as they are, and one cell can be measured anew.

use std::fs;
use std::path::Path;

use super::run::{rows, suite};
use super::{TINY, ends, refused};

/// A finished run of two sets in `whole`, three cells each.
fn finished() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    ends(dir.path(), &["run", "suite.toml", "--out", "whole", "--filter", "/infer/", "-q"], 0);
    dir
}

fn read(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join("out").join(name)).unwrap_or_default()
}

/// A copy of the run in `out`.
fn copy(dir: &Path) {
    let _ = fs::remove_dir_all(dir.join("out"));
    fs::create_dir(dir.join("out")).expect("made");
    for name in ["runs.csv", "samples.csv", "host.toml", "plan.json"] {
        fs::copy(dir.join("whole").join(name), dir.join("out").join(name)).expect("copied");
    }
}

/// What it makes of a file's text.
type Damage = fn(&str) -> String;

/// Ways to damage `samples.csv`.
const WAYS: [(&str, Damage); 6] = [
    ("cut within a line", |text| text[..text.len() - 9].to_owned()),
    ("cut where a line ends", |text| {
        text.lines().take(text.lines().count() - 1).map(|line| format!("{line}\n")).collect()
    }),
    ("cut in the middle", |text| text[..text.len() / 2].to_owned()),
    ("emptied", |_| String::new()),
    ("without its header", |text| text.split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap_or_default()),
    ("edited", |text| format!("{text}what,is,this\n")),
];

#[test]
fn a_refused_resume_leaves_the_files_as_they_are_and_damaged_cells_can_be_measured_anew() {
    let dir = finished();
    let whole = rows(&dir.path().join("whole"));
    for (way, damage) in WAYS {
        copy(dir.path());
        let text = damage(&read(dir.path(), "samples.csv"));
        fs::write(dir.path().join("out/samples.csv"), &text).expect("written");
        let before = (text, read(dir.path(), "runs.csv"));
        refused(dir.path(), &["run", "--resume", "out", "-q"]);
        assert_eq!((read(dir.path(), "samples.csv"), read(dir.path(), "runs.csv")), before, "{way}");
        ends(dir.path(), &["run", "--resume", "out", "-q", "--retry-failed"], 0);
        let mended = rows(&dir.path().join("out"));
        assert_eq!(mended.len(), whole.len(), "{way}");
        ends(dir.path(), &["compare", "out"], 0);
    }
}

#[test]
fn one_cell_is_measured_anew_by_its_name() {
    let dir = finished();
    copy(dir.path());
    let samples = read(dir.path(), "samples.csv");
    fs::write(dir.path().join("out/samples.csv"), &samples[..samples.len() - 9]).expect("written");
    let message = refused(dir.path(), &["run", "--resume", "out", "-q"]);
    let cell = rows(&dir.path().join("whole")).pop().expect("rows").cell;
    assert!(message.contains(&format!("skipbench run --resume out --again {cell}")), "{message}");
    ends(dir.path(), &["run", "--resume", "out", "-q", "--again", &cell[..10]], 0);
    let (old, new) = (rows(&dir.path().join("whole")), rows(&dir.path().join("out")));
    assert_eq!(new[..3], old[..3], "the other set stays as it was");
    assert!(new.len() == 6 && new[5].cell == cell, "{new:?}");
    assert!(new[3..].iter().all(|row| row.started != old[3].started), "a set is measured as a whole: {new:?}");
    // A whole one, too.
    ends(dir.path(), &["run", "--resume", "out", "-q", "--again", &old[0].cell], 0);
    let again = rows(&dir.path().join("out"));
    assert!(again.len() == 6 && again[3].cell == old[0].cell && again[..3] == new[3..], "{again:?}");
    assert!(refused(dir.path(), &["run", "--resume", "out", "--again", "zzz"]).contains("no cell begins with that"));
    assert!(refused(dir.path(), &["run", "suite.toml", "--again", &cell]).contains("--resume"));
    assert_eq!(rows(&dir.path().join("out")), again);
}
