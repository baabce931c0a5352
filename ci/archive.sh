#!/usr/bin/env bash
# Packs a built program for a release: ci/archive.sh TARGET OUT writes OUT/skipbench-VERSION-TARGET.tar.gz and its
# SHA-256 beside it, as `cargo binstall` and people look for them (package.metadata.binstall in bench/Cargo.toml).
set -euo pipefail
out=$(mkdir -p "$2" && cd "$2" && pwd)
cd "$(dirname "$0")/.."
target=$1

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml)
name=skipbench-$version-$target
built=${CARGO_TARGET_DIR:-target}/$target/release/skipbench
[ -f "$built" ] || built=$built.exe
[ -f "$built" ] || { echo "${built%.exe}: not built yet; build it with --target $target first" >&2; exit 2; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/$name"
cp "$built" README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$folder/$name"
tar -C "$folder" -czf "$out/$name.tar.gz" "$name"
# The second is what macOS has.
sha256=$(command -v sha256sum || echo shasum -a 256)
(cd "$out" && $sha256 "$name.tar.gz" >"$name.tar.gz.sha256")
