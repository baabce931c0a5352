//! Tells the program what it was built from: the source's revision, the packages in `Cargo.lock`, and the compiler.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    for path in ["../models/src", "../models/kernels/src", "../models/ops/src", "src", "../reports/src", "../ci/src"] {
        println!("cargo:rerun-if-changed={path}");
    }
    // In a worktree they lie elsewhere. Cargo would take a file that is not there for one that changed.
    for file in ["HEAD", "index"].iter().filter_map(|name| said("git", &["rev-parse", "--git-path", name])) {
        println!("cargo:rerun-if-changed={file}");
    }
    tell_revision();
    tell_packages();
    tell_compiler();
}

fn tell(name: &str, value: &str) {
    println!("cargo:rustc-env=SKIPBENCH_{name}={value}");
}

/// Returns what a program prints, or nothing if it is missing or fails.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

fn tell_revision() {
    // An unpacked archive may lie in somebody else's repository, whose revision says nothing of this source.
    let ours = said("git", &["ls-files", "--error-unmatch", "build.rs"]).is_some();
    let git = |arguments: &[&str]| said("git", arguments).filter(|_| ours);
    let revision = git(&["rev-parse", "HEAD"]).unwrap_or_default();
    let dirty = git(&["status", "--porcelain", "--untracked-files=no"]).map(|changes| !changes.is_empty());
    let mark = if dirty == Some(true) { "+" } else { "" };
    let source = revision.get(..8).map_or(String::new(), |start| format!(" ({start}{mark})"));
    tell("GIT_REVISION", &revision);
    tell("VERSION", &format!("{}{source}", variable("CARGO_PKG_VERSION")));
    tell("GIT_DIRTY", &dirty.map_or(String::new(), |dirty| dirty.to_string()));
}

/// `NAME VERSION` of every package in `Cargo.lock`, a line each.
fn tell_packages() {
    let out = PathBuf::from(variable("OUT_DIR"));
    let lock = lock_file(&out).unwrap_or_default();
    let packages: Vec<String> = lock.split("[[package]]").filter_map(package).collect();
    let file = out.join("locked.txt");
    fs::write(&file, packages.join("\n")).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let burn = packages.iter().find_map(|package| package.strip_prefix("burn "));
    tell("BURN_VERSION", burn.unwrap_or_default());
}

/// The lock file of whatever is being built: above its target folder, else in or above this crate, which is published
/// with the one that it was tested with.
fn lock_file(out: &Path) -> Option<String> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let path =
        out.ancestors().chain(here.ancestors()).map(|folder| folder.join("Cargo.lock")).find(|path| path.is_file());
    let path = path?;
    println!("cargo:rerun-if-changed={}", path.display());
    fs::read_to_string(path).ok()
}

fn package(block: &str) -> Option<String> {
    let value = |key: &str| block.lines().find_map(|line| line.strip_prefix(key)?.strip_suffix('"'));
    Some(format!("{} {}", value("name = \"")?, value("version = \"")?))
}

fn tell_compiler() {
    let rustc = said(&variable("RUSTC"), &["--version"]).unwrap_or_default();
    tell("RUSTC", rustc.strip_prefix("rustc ").unwrap_or(&rustc));
    tell("TARGET", &variable("TARGET"));
    tell("TARGET_FEATURES", &variable("CARGO_CFG_TARGET_FEATURE"));
    tell("PROFILE", &variable("PROFILE"));
    tell("OPT_LEVEL", &variable("OPT_LEVEL"));
    tell("FEATURES", &features().join(","));
}

/// The features that are on, without the word `default`, which names others.
fn features() -> Vec<String> {
    let names = env::vars().filter_map(|(name, _)| Some(name.strip_prefix("CARGO_FEATURE_")?.to_owned()));
    let mut names: Vec<String> = names.map(|name| name.to_lowercase().replace('_', "-")).collect();
    names.retain(|name| name != "default");
    names.sort();
    names
}
