//! What is released: files that no compiler reads must agree with the manifest, and with each other.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace").to_owned()
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

fn manifest(path: &str) -> toml::Table {
    text(path).parse().expect(path)
}

/// What follows `before` in a text, each time, as far as it is a version.
fn versions<'a>(text: &'a str, before: &str) -> Vec<&'a str> {
    let version = |rest: &'a str| rest.split(|letter: char| !(letter.is_ascii_digit() || letter == '.')).next();
    text.split(before).skip(1).filter_map(version).collect()
}

#[test]
fn every_build_takes_the_compiler_that_the_manifest_asks_for() {
    let manifest = manifest("Cargo.toml");
    let wanted = manifest["workspace"]["package"]["rust-version"].as_str().expect("a version");
    let builds = [
        (".github/workflows/ci.yml", "rustup toolchain install "),
        (".github/workflows/release.yml", "rustup toolchain install "),
        (".github/workflows/site.yml", "rustup toolchain install "),
        ("bench/Containerfile", "library/rust:"),
    ];
    for (path, before) in builds {
        let text = text(path);
        let found = versions(&text, before);
        assert!(!found.is_empty() && found.iter().all(|version| *version == wanted), "{path}: {found:?}, not {wanted}");
    }
}

#[test]
fn every_wheel_is_built_by_the_maturin_that_the_project_asks_for() {
    let project = manifest("bench/pyproject.toml");
    let wanted = project["build-system"]["requires"][0].as_str().expect("a requirement").trim_start_matches("maturin");
    for path in ["ci/install.sh", ".github/workflows/release.yml"] {
        let text = text(path);
        let asked = text.matches("'maturin").count();
        let alike = ["", "[zig]"].map(|extra| text.matches(&format!("'maturin{extra}{wanted}'")).count());
        assert_eq!((asked > 0, alike.iter().sum::<usize>()), (true, asked), "{path}: not all {wanted}");
    }
}

/// The packed program has the name, and its folder the path, that the manifest tells `cargo binstall`.
#[cfg(unix)]
#[test]
fn archives_are_what_cargo_binstall_looks_for() {
    use std::process::Command;

    use sha2::{Digest, Sha256};

    let (dir, target) = (tempfile::tempdir().expect("temp"), "made-up-target");
    let built = dir.path().join("target").join(target).join("release");
    fs::create_dir_all(&built).expect("made");
    fs::write(built.join("skipbench"), "a program").expect("written");
    let mut pack = Command::new(root().join("ci/archive.sh"));
    pack.args([target, "out"]).current_dir(dir.path()).env("CARGO_TARGET_DIR", dir.path().join("target"));
    let packed = pack.output().expect("started");
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));

    let manifest = manifest("bench/Cargo.toml");
    let told = |key: &str| {
        let text = manifest["package"]["metadata"]["binstall"][key].as_str().expect(key);
        let values = [("name", "skipbench"), ("bin", "skipbench"), ("target", target), ("binary-ext", "")];
        let values = values.into_iter().chain([("version", env!("CARGO_PKG_VERSION"))]);
        values.fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{ {name} }}"), value))
    };
    let url = told("pkg-url");
    let (place, name) = url.rsplit_once('/').expect("a path");
    assert_eq!(place, concat!("{ repo }/releases/download/v", env!("CARGO_PKG_VERSION")));
    let archive = fs::read(dir.path().join("out").join(name)).expect("packed");
    let digest: String = Sha256::digest(&archive).iter().map(|byte| format!("{byte:02x}")).collect();
    let beside = fs::read_to_string(dir.path().join("out").join(format!("{name}.sha256"))).expect("a checksum");
    assert_eq!(beside.split_whitespace().collect::<Vec<_>>(), [digest.as_str(), name]);

    let mut entries = tar::Archive::new(flate2::read::GzDecoder::new(archive.as_slice()));
    let paths: Vec<PathBuf> =
        entries.entries().expect("read").map(|entry| entry.expect("read").path().expect("a path").into()).collect();
    for wanted in [told("bin-dir"), told("bin-dir").replace("/skipbench", "/LICENSE-MIT")] {
        assert!(paths.contains(&PathBuf::from(&wanted)), "{wanted}: {paths:?}");
    }
}
