//! Two commits as two programs, for the gate to let take turns.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// How programs are built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildOptions {
    /// Cargo features beside the default ones.
    pub features: Option<String>,
    /// The program's name.
    pub bin: String,
}

/// Where Cargo keeps things, and the packages of the workspace.
#[derive(Debug, Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
}

/// The programs of `revision` and of the working tree around `dir` as it is, in that order. The former is built from a
/// checkout of its own, that is removed afterward, in the same target directory: what both depend on is compiled once.
///
/// # Errors
/// If there is no repository or no such revision, or one of the two does not build.
pub fn both(dir: &Path, revision: &str, options: &BuildOptions) -> Result<(PathBuf, PathBuf)> {
    let Metadata { workspace_root, target_directory, .. } = metadata(dir)?;
    let commit = commit(&workspace_root, revision)?;
    let place = target_directory.join("gate");
    let built = target_directory.join("release").join(&options.bin);
    let base = {
        let checkout = Checkout::new(&workspace_root, place.join("source"), &commit)?;
        build(&checkout.path, &target_directory, options).with_context(|| format!("building {revision}"))?;
        set_aside(&built, &place.join("base"))?
    };
    build(&workspace_root, &target_directory, options).context("building the working tree")?;
    let head = set_aside(&built, &place.join("head"))?;
    Ok((base, head))
}

/// A copy that no later build replaces while it is measured.
fn set_aside(program: &Path, place: &Path) -> Result<PathBuf> {
    fs::create_dir_all(place).with_context(|| place.display().to_string())?;
    let copy = place.join(program.file_name().context("a program has a name")?);
    fs::copy(program, &copy).with_context(|| format!("{}: the build made no such program", program.display()))?;
    Ok(copy)
}

fn metadata(dir: &Path) -> Result<Metadata> {
    let output = Command::new("cargo")
        .current_dir(dir)
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .stderr(Stdio::inherit())
        .output()
        .context("starting cargo, which builds both commits")?;
    ensure!(
        output.status.success(),
        "no Cargo workspace here; run `skipbench gate --against` inside the project's checkout"
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn git(dir: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").current_dir(dir).args(arguments).output().context("starting git")?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if !output.status.success() {
        bail!("git {}: {}", arguments.join(" "), text(&output.stderr));
    }
    Ok(text(&output.stdout))
}

fn commit(root: &Path, revision: &str) -> Result<String> {
    let name = format!("{revision}^{{commit}}");
    git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &name]).map_err(|_| {
        anyhow::anyhow!("no commit {revision} in this repository; a shallow clone lacks it: `git fetch --unshallow`, or fetch-depth: 0 in actions/checkout")
    })
}

/// A checkout of one commit beside the working tree, removed when it is dropped.
struct Checkout {
    root: PathBuf,
    path: PathBuf,
}

impl Checkout {
    fn new(root: &Path, path: PathBuf, commit: &str) -> Result<Self> {
        let checkout = Self { root: root.to_owned(), path };
        // What a killed gate left, and nothing else: Git's link to the repository is in a checkout.
        let foreign = fs::read_dir(&checkout.path).is_ok_and(|mut files| files.next().is_some())
            && !checkout.path.join(".git").is_file();
        if foreign {
            let place = checkout.path.display().to_string();
            // Nothing is to be removed on the way out.
            std::mem::forget(checkout);
            bail!("{place}: the gate did not make it, and does not delete it; move it away");
        }
        checkout.remove();
        let path = checkout.path.display().to_string();
        git(root, &["worktree", "add", "--force", "--detach", &path, commit])?;
        Ok(checkout)
    }

    fn remove(&self) {
        let path = self.path.display().to_string();
        // It need not be there.
        let _ = git(&self.root, &["worktree", "remove", "--force", &path]);
        let _ = fs::remove_dir_all(&self.path);
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Builds the tree in `dir`, its own packages anew. Cargo knows packages by their place in the workspace and sources by
/// their times: of two checkouts with one target directory it may take what the newer one gave for what the older one's
/// files give.
fn build(dir: &Path, target: &Path, options: &BuildOptions) -> Result<()> {
    let packages: Vec<String> = metadata(dir)?.packages.into_iter().flat_map(|it| ["-p".to_owned(), it.name]).collect();
    cargo(dir, target, &["clean", "--quiet", "--release"], &packages)?;
    let features = options.features.iter().flat_map(|features| ["--features".to_owned(), features.clone()]);
    cargo(dir, target, &["build", "--release", "--bin", &options.bin], &features.collect::<Vec<_>>())
}

fn cargo(dir: &Path, target: &Path, words: &[&str], more: &[String]) -> Result<()> {
    let mut command = Command::new("cargo");
    command.current_dir(dir).args(words).args(more).arg("--target-dir").arg(target);
    let status = command.status().context("starting cargo")?;
    ensure!(status.success(), "cargo {} failed", words[0]);
    Ok(())
}
