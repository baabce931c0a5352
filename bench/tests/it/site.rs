//! `report --site` through the real binary: one page, whole or not at all, and only where nothing else is.

use std::fs;
use std::path::Path;

use skipbench_reports::rows::store;

use super::{TINY, ends, refused};

/// A finished run of a tiny suite in `dir/a`, its networks named by somebody hostile.
fn finished(dir: &Path) {
    fs::write(dir.join("tiny.toml"), TINY).expect("written");
    ends(dir, &["run", "tiny.toml", "--out", "a", "-q"], 0);
    let mut runs = store::read(&dir.join("a")).expect("whole");
    runs.iter_mut().for_each(|run| run.row.device_name = "<img src=x onerror=alert(1)>".into());
    store::write(&dir.join("a"), &runs).expect("written");
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a folder");
    entries.map(|entry| entry.expect("read").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_site_is_one_page_that_is_written_over_and_checked() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    finished(dir);
    ends(dir, &["report", "a", "--site", "site", "--check"], 1);
    assert!(!dir.join("site").exists(), "a check writes nothing");
    ends(dir, &["report", "a", "--site", "site"], 0);
    assert_eq!(names(&dir.join("site")), ["index.html"]);
    assert!(!dir.join("a/report.html").exists(), "nothing else was asked for");
    let text = fs::read_to_string(dir.join("site/index.html")).expect("written");
    assert!(text.contains("resnet8-w4") && text.contains("id=\"explore\""), "{text:.500}");
    assert!(text.contains("&lt;img src=x onerror=alert(1)&gt;, flex, ") && !text.contains("<img"), "escaped");
    ends(dir, &["report", "a", "--site", "site", "--check"], 0);
    fs::write(dir.join("site/index.html"), text.replace("plain8-w4", "mine")).expect("edited");
    ends(dir, &["report", "a", "--site", "site", "--check"], 1);
    ends(dir, &["report", "a", "--site", "site"], 0);
    assert_eq!(fs::read_to_string(dir.join("site/index.html")).expect("written"), text);
    fs::create_dir(dir.join("empty")).expect("made");
    ends(dir, &["report", "a", "--site", "empty"], 0);
}

#[test]
fn a_directory_that_holds_anything_else_is_refused_and_stays_as_it_is() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    finished(dir);
    let site = |name: &str| refused(dir, &["report", "a", "--site", name, "--csv", "tables"]);
    let made = |name: &str, file: &str, text: &str| {
        fs::create_dir_all(dir.join(name)).expect("made");
        fs::write(dir.join(name).join(file), text).expect("written");
    };
    made("home", "notes.txt", "precious");
    made("page", "index.html", "<title>my own page</title>");
    fs::write(dir.join("file"), "precious").expect("written");
    fs::create_dir_all(dir.join("folder/index.html")).expect("made");
    ends(dir, &["report", "a", "--out", "report/index.html"], 0);
    for (name, reason) in [
        ("home", "it holds notes.txt, which is not part of a site"),
        ("page", "page/index.html: it is not a page of a site, and is not overwritten"),
        ("file", "--site file"),
        ("folder", "folder/index.html: it is not a page of a site"),
        ("report", "report/index.html: it is not a page of a site"),
        ("a", "which is not part of a site; name a directory that is new or empty"),
    ] {
        let error = site(name);
        assert!(error.contains(reason), "{name}: {error}");
    }
    assert!(!dir.join("tables").exists(), "nothing is written where one thing is refused");
    assert_eq!(fs::read_to_string(dir.join("page/index.html")).expect("there"), "<title>my own page</title>");
    assert_eq!(names(&dir.join("home")), ["notes.txt"]);
}

#[test]
fn a_page_replaces_only_a_page() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    finished(dir);
    let rows = fs::read(dir.join("a/runs.csv")).expect("there");
    fs::write(dir.join("notes.html"), "<title>precious</title>").expect("written");
    for file in ["a/runs.csv", "notes.html", "."] {
        let error = refused(dir, &["report", "a", "--out", file]);
        assert!(error.contains("it is not a page of an earlier report, and is not overwritten"), "{file}: {error}");
    }
    assert_eq!(fs::read(dir.join("a/runs.csv")).expect("there"), rows);
    assert_eq!(fs::read_to_string(dir.join("notes.html")).expect("there"), "<title>precious</title>");
    ends(dir, &["report", "a", "--out", "new.html"], 0);
    ends(dir, &["report", "a", "--out", "new.html"], 0);
}
