//! Tells the program which revision of the source it was built from.

use std::process::Command;

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn main() {
    for path in [
        "../models/src",
        "../models/kernels/src",
        "../models/ops/src",
        "../bench/src",
        "../reports/src",
        "../ci/src",
        "../Cargo.lock",
        "../.git/HEAD",
        "../.git/index",
    ] {
        println!("cargo:rerun-if-changed={path}");
    }
    let revision = git(&["rev-parse", "HEAD"]).unwrap_or_default();
    let dirty = git(&["status", "--porcelain", "--untracked-files=no"]).map(|changes| !changes.is_empty());
    println!("cargo:rustc-env=SKIPBENCH_GIT_REVISION={revision}");
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let mark = if dirty == Some(true) { "+" } else { "" };
    let source = revision.get(..8).map_or(String::new(), |start| format!(" ({start}{mark})"));
    println!("cargo:rustc-env=SKIPBENCH_VERSION={version}{source}");
    println!("cargo:rustc-env=SKIPBENCH_GIT_DIRTY={}", dirty.map_or(String::new(), |dirty| dirty.to_string()));
}
