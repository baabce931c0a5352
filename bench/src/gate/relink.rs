//! Links the base a second time with its sections in another order: the same instructions at other addresses.
//!
//! Rust's own linker for x86_64 Linux, LLD, shuffles sections by a seed. It links the ordinary programs too, so only
//! the order differs. It shuffles only names with a suffix, which a compiler's functions and data have. Those of the C
//! runtime (`.init`) have an order that matters.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::builds::{self, BuildOptions};

/// Names of the sections that are shuffled.
const SECTIONS: [&str; 4] = [".text.*", ".rodata.*", ".data.*", ".bss.*"];

/// Links the built program of the tree in `dir` again. Cargo compiles the program's own crate again, and no library.
///
/// # Errors
/// Returns an error with the linker's message if it does not shuffle sections.
pub(super) fn link(dir: &Path, target: &Path, options: &BuildOptions) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("linkers of this system do not shuffle sections");
    }
    let package = builds::package_of(dir, &options.bin)?;
    let mut command = Command::new("cargo");
    command.current_dir(dir).args(["rustc", "--quiet", "--release", "-p", &package, "--bin", &options.bin]);
    command.args(options.feature_words()).arg("--target-dir").arg(target).arg("--").args(arguments(options.seed));
    let output = command.output().context("starting cargo")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| line.contains("shuffle") || line.contains("error")).unwrap_or("");
        bail!("the linker does not shuffle sections, which Rust's own (rust-lld) does: {}", last.trim());
    }
    Ok(())
}

/// Returns the compiler's arguments. A seed of 0 would leave the order as it is.
fn arguments(seed: u64) -> Vec<String> {
    let seed = seed.clamp(1, u64::from(u32::MAX));
    let section = |name: &str| ["-C".to_owned(), format!("link-arg=-Wl,--shuffle-sections={name}={seed}")];
    SECTIONS.into_iter().flat_map(section).collect()
}
