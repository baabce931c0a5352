//! Chromium on the page, alone, with a script that looks at it, and in a frame as wide as a phone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use skipbench_reports::page::{page, site};
use skipbench_reports::report::Report;

use super::rows::runs;

/// The folder with the page, the page with the probe, and the pictures.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../browser");
        fs::create_dir_all(&dir).expect("a folder");
        let dir = dir.canonicalize().expect("a folder");
        let text = page(&Report::new(runs()));
        let site = site(&Report::new(runs()));
        let append = |text: &str, script: &str| text.replace("</body>", &format!("<script>{script}</script></body>"));
        let scripted = |script: &str| append(&text, script);
        fs::write(dir.join("bare.html"), &text).expect("written");
        fs::write(dir.join("page.html"), scripted(include_str!("probe.js"))).expect("written");
        fs::write(dir.join("paper.html"), scripted(include_str!("paper.js"))).expect("written");
        fs::write(dir.join("site.html"), append(&site, include_str!("probe.js"))).expect("written");
        fs::write(dir.join("explore.html"), append(&site, include_str!("site.js"))).expect("written");
        fs::write(dir.join("phone.html"), include_str!("phone.html")).expect("written");
        for (page, width) in [("page", 390), ("page", 1600), ("site", 390), ("site", 1600)] {
            let frame = include_str!("phone.html").replace("page.html", &format!("{page}.html"));
            let frame = frame.replace("width=\"360\"", &format!("width=\"{width}\""));
            fs::write(dir.join(format!("{page}-{width}.html")), frame).expect("written");
        }
        dir
    })
}

/// Nothing of its own on the page, on the network or in the log.
const QUIET: [&str; 13] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--enable-logging=stderr",
    "--v=0",
    "--virtual-time-budget=3000",
];

/// Runs Chromium on one of the folder's files; gives standard output, after a look at standard error.
pub(crate) fn chromium(file: &str, options: &[&str]) -> String {
    let (said, errors) = run(file, options);
    let complaints: Vec<&str> = errors.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    said
}

/// Runs Chromium on one of the folder's files; gives standard output and standard error.
pub(crate) fn run(file: &str, options: &[&str]) -> (String, String) {
    let program = std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    let profile = tempfile::tempdir().expect("a folder");
    let output = Command::new(&program)
        .args(QUIET)
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(options)
        .arg(format!("file://{}", folder().join(file).display()))
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; these tests need Chromium (Debian: chromium)"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{errors}");
    (said, errors)
}

/// What the probe saw.
pub(crate) fn seen(file: &str, options: &[&str]) -> serde_json::Value {
    let page = chromium(file, &[&["--dump-dom"], options].concat());
    let (_, told) =
        page.split_once("<pre id=\"probe\"").unwrap_or_else(|| panic!("the probe told nothing: {page:.300}"));
    let told = told.split_once('>').and_then(|(_, told)| told.split_once("</pre>")).expect("an element").0;
    serde_json::from_str(&told.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))
        .expect("what the probe told")
}
