//! What this program was built from, and what of it this processor can use.

use std::collections::BTreeMap;

use serde::Serialize;
use skipbench_models::{KernelIsa, KernelProducts};

use super::provenance::{BURN_VERSION, GIT_REVISION, git_dirty};
use crate::device::Backend;
use crate::system::instructions;

/// `NAME VERSION` of every package in `Cargo.lock`, a line each.
const LOCKED: &str = include_str!(concat!(env!("OUT_DIR"), "/locked.txt"));

/// What went into the program. Text that nobody could tell is empty.
#[derive(Debug, Serialize)]
pub(crate) struct Built {
    /// With the beginning of the revision.
    pub version: &'static str,
    /// Git revision of the source.
    pub revision: &'static str,
    /// Whether the source differed from it.
    pub dirty: Option<bool>,
    /// Version of Burn.
    pub burn: &'static str,
    /// Packages that compute on the devices of this build.
    pub backends: BTreeMap<&'static str, &'static str>,
    /// Version of this project's own kernels.
    pub kernels: &'static str,
    /// Cargo's features.
    pub features: Vec<&'static str>,
    /// Version of the compiler.
    pub rustc: &'static str,
    /// What it compiled for.
    pub target: &'static str,
    /// Instructions that every part of the program may use, so that it starts on no processor without them.
    pub target_features: Vec<&'static str>,
    /// `release` or `debug`, and how far it was optimized.
    pub profile: &'static str,
    pub opt_level: &'static str,
    /// Every package in `Cargo.lock`, whether this build needed it or not.
    pub locked: BTreeMap<&'static str, Vec<&'static str>>,
    /// What this processor has.
    pub here: Here,
}

/// What this processor has.
#[derive(Debug, Serialize)]
pub(crate) struct Here {
    /// Instruction sets that this project's kernels can use, the one that they do use first: in f32 and in bf16.
    pub kernels_f32: Vec<&'static str>,
    pub kernels_bf16: Vec<&'static str>,
    /// All instruction sets that matter for computing.
    pub instruction_sets: Vec<&'static str>,
}

impl Built {
    /// Of this program, on this processor.
    pub(crate) fn find() -> Self {
        let locked = locked();
        let version = |name: &str| locked.get(name).and_then(|versions| versions.last()).copied().unwrap_or_default();
        let compiled = Backend::ALL.into_iter().filter(|backend| backend.compiled());
        let backends = compiled.flat_map(Backend::packages).map(|name| (*name, version(name))).collect();
        Self {
            version: env!("SKIPBENCH_VERSION"),
            revision: GIT_REVISION,
            dirty: git_dirty(),
            burn: BURN_VERSION,
            backends,
            kernels: version("skipbench-kernels"),
            features: words(env!("SKIPBENCH_FEATURES")),
            rustc: env!("SKIPBENCH_RUSTC"),
            target: env!("SKIPBENCH_TARGET"),
            target_features: words(env!("SKIPBENCH_TARGET_FEATURES")),
            profile: env!("SKIPBENCH_PROFILE"),
            opt_level: env!("SKIPBENCH_OPT_LEVEL"),
            here: Here::find(),
            locked,
        }
    }
}

impl Here {
    fn find() -> Self {
        let sets = |products| KernelIsa::available(products).into_iter().map(KernelIsa::word).collect();
        Self {
            kernels_f32: sets(KernelProducts::F32),
            kernels_bf16: sets(KernelProducts::Bf16),
            instruction_sets: instructions::found(),
        }
    }
}

fn locked() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut packages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, version) in LOCKED.lines().filter_map(|line| line.split_once(' ')) {
        packages.entry(name).or_default().push(version);
    }
    packages
}

fn words(list: &'static str) -> Vec<&'static str> {
    list.split(',').filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Backend, locked};

    #[test]
    fn the_packages_of_every_backend_are_in_the_lock_file() {
        let (locked, all) = (locked(), Backend::ALL.into_iter().flat_map(Backend::packages));
        let missing: Vec<&&str> = all.filter(|name| !locked.contains_key(**name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
