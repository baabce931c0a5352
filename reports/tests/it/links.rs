//! Documents: every relative link of the repository's Markdown leads to a file that is there, and every anchor to a
//! heading.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Folders that hold no documents of ours: what builds and runs leave, and rows that are kept.
const SKIPPED: [&str; 3] = ["target", "out", "records"];

/// The folders of crates; whatever else lies at the top level besides its own files is not the repository's.
const CRATES: [&str; 4] = ["models", "bench", "reports", "ci"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace")
}

fn is_markdown(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("md"))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    listed.map(|entry| entry.expect("listed").path()).collect()
}

/// The Markdown files in `folder` and below.
fn below(folder: &Path) -> Vec<PathBuf> {
    let skipped = |path: &Path| SKIPPED.iter().any(|name| path.file_name() == Some(OsStr::new(name)));
    let (folders, files): (Vec<_>, Vec<_>) = entries(folder).into_iter().partition(|path| path.is_dir());
    let within = folders.iter().filter(|path| !skipped(path)).flat_map(|path| below(path));
    within.chain(files.into_iter().filter(|path| is_markdown(path))).collect()
}

/// The repository's Markdown files: those at the top level and those of every crate.
fn documents(root: &Path) -> Vec<PathBuf> {
    let top = entries(root).into_iter().filter(|path| path.is_file() && is_markdown(path));
    let crates = CRATES.map(|name| root.join(name));
    top.chain(crates.iter().filter(|path| path.is_dir()).flat_map(|path| below(path))).collect()
}

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES)
}

/// Where the links and images of a document lead.
fn links(text: &str) -> Vec<String> {
    let leads = |event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    };
    parser(text).filter_map(leads).collect()
}

/// The anchors that GitHub gives a document's headings: in small letters, without punctuation, hyphens for spaces; a
/// repeated one is numbered.
fn anchors(text: &str) -> BTreeSet<String> {
    let (mut heading, mut seen, mut found) = (None::<String>, HashMap::new(), BTreeSet::new());
    for event in parser(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(part) | Event::Code(part) => heading.iter_mut().for_each(|heading| heading.push_str(&part)),
            Event::End(TagEnd::Heading(_)) => {
                let slug = slug(&heading.take().unwrap_or_default());
                let repeats = seen.entry(slug.clone()).and_modify(|repeats| *repeats += 1).or_insert(0);
                found.insert(if *repeats == 0 { slug } else { format!("{slug}-{repeats}") });
            }
            _ => {}
        }
    }
    found
}

fn slug(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || [' ', '-', '_'].contains(letter));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

/// What is wrong with `link` in `document`, if anything; links to other hosts are not followed.
fn fault(document: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { document.to_owned() } else { document.parent()?.join(file) };
    if !target.exists() {
        return Some(format!("{}: {link} leads to no file", document.display()));
    }
    if anchor.is_empty() || !is_markdown(&target) {
        return None;
    }
    let text = fs::read_to_string(&target).expect("a document in UTF-8");
    (!anchors(&text).contains(anchor)).then(|| format!("{}: {link} leads to no heading", document.display()))
}

/// Every broken link of the documents below `root`.
fn broken(root: &Path) -> Vec<String> {
    let of = |document: PathBuf| {
        let text = fs::read_to_string(&document).expect("a document in UTF-8");
        links(&text).into_iter().filter_map(|link| fault(&document, &link)).collect::<Vec<String>>()
    };
    documents(root).into_iter().flat_map(of).collect()
}

#[test]
fn every_link_of_a_document_leads_somewhere() {
    let names = |path: PathBuf| path.strip_prefix(root()).expect("below it").to_string_lossy().into_owned();
    let documents: Vec<String> = documents(root()).into_iter().map(names).collect();
    assert!(documents.contains(&"README.md".to_owned()) && documents.len() > 5, "{documents:?}");
    let broken = broken(root());
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_link_to_no_file_or_no_heading_is_found() {
    let dir = tempfile::tempdir().expect("temp");
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    };
    write("README.md", "# One\n[a](models/README.md#how-it-works) [b](#one) [c](https://example.org/x) [d](models)\n");
    write("models/README.md", "## How it `works`\n## Again\n## Again\n[up](../README.md) [second](#again-1)\n");
    assert_eq!(broken(dir.path()), Vec::<String>::new());
    write("models/README.md", "## How\n[gone](../LICENSE)\n\n| ![plot](plot.svg) |\n|---|\n| [lost](#why) |\n");
    write("models/target/README.md", "[not looked at](nowhere.md)\n");
    let found = broken(dir.path());
    let ends = |end: &str| found.iter().any(|fault| fault.ends_with(end));
    assert!(ends("README.md: models/README.md#how-it-works leads to no heading"), "{found:?}");
    assert!(ends("../LICENSE leads to no file") && ends("plot.svg leads to no file"), "{found:?}");
    assert!(ends("#why leads to no heading") && found.len() == 4, "{found:?}");
}
