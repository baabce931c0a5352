//! Builds two commits as two programs, which the gate lets take turns, and links the base once more in another order.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::relink;

/// Says how programs are built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildOptions {
    /// Cargo features besides the default ones.
    pub features: Option<String>,
    /// Name of the program.
    pub bin: String,
    /// Seed of the order of sections in the base's second link.
    pub seed: u64,
}

/// Holds the programs that were built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Builds {
    /// Program of the revision.
    pub base: PathBuf,
    /// Program of the working tree.
    pub head: PathBuf,
    /// The base with its sections in another order; `None` if no linker shuffles them.
    pub relinked: Option<PathBuf>,
}

/// Says where Cargo keeps things, and which packages the workspace has.
#[derive(Debug, Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// Builds the programs of `revision` and of the working tree around `dir` as it is. The former is built from a separate
/// checkout, which is removed afterward, in the same target directory: what both depend on is compiled once. The second
/// link of the base compiles only the program itself. `tell` receives how long each took.
///
/// # Errors
/// Returns an error if there is no repository or no such revision, or if one of the two does not build.
pub fn all(dir: &Path, revision: &str, options: &BuildOptions, tell: &mut dyn FnMut(&str)) -> Result<Builds> {
    let Metadata { workspace_root, target_directory, .. } = metadata(dir)?;
    let commit = commit(&workspace_root, revision)?;
    let place = target_directory.join("gate");
    let built = target_directory.join("release").join(&options.bin);
    let (base, relinked) = {
        let checkout = Checkout::new(&workspace_root, place.join("source"), &commit)?;
        let build =
            || build(&checkout.path, &target_directory, options).with_context(|| format!("building {revision}"));
        timed("the base", tell, build)?;
        let base = set_aside(&built, &place.join("base"))?;
        (base, relinked(&checkout.path, &target_directory, options, tell))
    };
    let build = || build(&workspace_root, &target_directory, options).context("building the working tree");
    timed("the head", tell, build)?;
    Ok(Builds { base, head: set_aside(&built, &place.join("head"))?, relinked })
}

fn timed<T>(what: &str, tell: &mut dyn FnMut(&str), build: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let built = build()?;
    tell(&format!("building {what} took {:.0} s", start.elapsed().as_secs_f64()));
    Ok(built)
}

/// Returns the base in another layout, or says why there is none.
fn relinked(dir: &Path, target: &Path, options: &BuildOptions, tell: &mut dyn FnMut(&str)) -> Option<PathBuf> {
    let place = target.join("gate").join("relinked");
    // What an earlier job left is of another base.
    let _ = fs::remove_dir_all(&place);
    let link = || {
        relink::link(dir, target, options)?;
        set_aside(&target.join("release").join(&options.bin), &place)
    };
    match timed("the base in another layout", tell, link) {
        Ok(program) => Some(program),
        Err(error) => {
            tell(&format!("the effect of layout alone is not measured: {error:#}"));
            None
        }
    }
}

/// Makes a copy that no later build replaces while it is measured.
fn set_aside(program: &Path, place: &Path) -> Result<PathBuf> {
    fs::create_dir_all(place).with_context(|| place.display().to_string())?;
    let copy = place.join(program.file_name().context("a program has a name")?);
    fs::copy(program, &copy).with_context(|| format!("{}: the build made no such program", program.display()))?;
    Ok(copy)
}

/// Returns the package whose program is called `bin`.
pub(super) fn package_of(dir: &Path, bin: &str) -> Result<String> {
    let is_it = |target: &Target| target.name == bin && target.kind.iter().any(|kind| kind == "bin");
    let packages = metadata(dir)?.packages.into_iter();
    let owner = packages.filter(|package| package.targets.iter().any(is_it)).map(|package| package.name).next();
    owner.with_context(|| format!("no package has a program called {bin}"))
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

/// Builds the tree in `dir` with all of its own packages. Cargo identifies packages by their place in the workspace and
/// sources by their times. With two checkouts and one target directory it may use the newer one's result for the older
/// one's files.
fn build(dir: &Path, target: &Path, options: &BuildOptions) -> Result<()> {
    let packages: Vec<String> = metadata(dir)?.packages.into_iter().flat_map(|it| ["-p".to_owned(), it.name]).collect();
    cargo(dir, target, &["clean", "--quiet", "--release"], &packages)?;
    cargo(dir, target, &["build", "--release", "--bin", &options.bin], &options.feature_words())
}

impl BuildOptions {
    /// Returns the words that pass the features to Cargo.
    pub(super) fn feature_words(&self) -> Vec<String> {
        self.features.iter().flat_map(|features| ["--features".to_owned(), features.clone()]).collect()
    }
}

fn cargo(dir: &Path, target: &Path, words: &[&str], more: &[String]) -> Result<()> {
    let mut command = Command::new("cargo");
    command.current_dir(dir).args(words).args(more).arg("--target-dir").arg(target);
    let status = command.status().context("starting cargo")?;
    ensure!(status.success(), "cargo {} failed", words[0]);
    Ok(())
}
