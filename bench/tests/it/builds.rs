//! Two commits become two programs, each from its own sources.

use std::fs;
use std::path::Path;
use std::process::Command;

use skipbench::internals::gate::{BuildOptions, Builds, all};

/// A workspace of a program that says what its library says.
fn workspace(dir: &Path, says: &str) {
    let package = |name: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{more}")
    };
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = [\"says\", \"tells\"]\nresolver = \"3\"\n".to_owned()),
        (".gitignore", "/target\n".to_owned()),
        ("says/Cargo.toml", package("says", "")),
        ("says/src/lib.rs", format!("pub const SAYS: &str = \"{says}\";\n")),
        ("tells/Cargo.toml", package("tells", "[dependencies]\nsays = { path = \"../says\" }\n")),
        ("tells/src/main.rs", "fn main() {\n    print!(\"{}\", says::SAYS);\n}\n".to_owned()),
    ];
    for (path, text) in files {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().expect("a file's")).expect("a temporary directory");
        fs::write(path, text).expect("a temporary directory");
    }
}

fn git(dir: &Path, words: &[&str]) {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"];
    let status = Command::new("git").current_dir(dir).args(identity).args(words).status().expect("git is here");
    assert!(status.success(), "{words:?}");
}

/// The head's files are older than what the base's build leaves, which must not be taken for the head's.
#[test]
fn each_commit_is_built_from_its_own_sources() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    workspace(dir.path(), "base");
    git(dir.path(), &["init", "--quiet"]);
    git(dir.path(), &["add", "-A"]);
    git(dir.path(), &["commit", "--quiet", "-m", "base"]);
    workspace(dir.path(), "head");
    let mut told = Vec::new();
    let options = BuildOptions { features: None, bin: "tells".to_owned(), seed: 1 };
    let Builds { base, head, relinked } =
        all(dir.path(), "HEAD", &options, &mut |what| told.push(what.to_owned())).expect("both build");
    let says = |program: &Path| {
        let output = Command::new(program).output().expect("it was built");
        String::from_utf8(output.stdout).expect("text")
    };
    assert_eq!([says(&base), says(&head)], ["base", "head"]);
    assert!(told[0].starts_with("building the base took") && told.iter().any(|told| told.contains("the head took")));
    // Rust's own linker for this system shuffles sections.
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        let relinked = relinked.unwrap_or_else(|| panic!("{told:?}"));
        assert_eq!(says(&relinked), "base");
        assert_ne!(fs::read(relinked).expect("there"), fs::read(base).expect("there"), "another order");
    } else if relinked.is_none() {
        assert!(told.iter().any(|told| told.contains("effect of layout alone is not measured")), "{told:?}");
    }
}
