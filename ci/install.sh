#!/usr/bin/env bash
# Installs skipbench as its users do, and runs it: builds the wheel and the source distribution, installs the wheel in a
# root that has no Rust, no network, no home and no file of this repository, and runs the quick suite there.
#
# It does not show that the wheel runs on older systems: the root has the C library and the kernel of this machine, and
# the wheel says so in its name. What is published is built against glibc 2.17 (.github/workflows/release.yml).
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
work=$target/install
rm -rf "$work"
mkdir -p "$work/dist"
python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --disable-pip-version-check 'maturin>=1.9,<2'
maturin=$work/tools/bin/maturin

# The program that `cargo run --release` has built already, linked once more without symbols.
"$maturin" build --release --manifest-path bench/Cargo.toml --out "$work/dist" "$@"
"$maturin" sdist --manifest-path bench/Cargo.toml --out "$work/dist"

# Whatever is compiled, or is compiled in, is in the source distribution.
tar -tzf "$work"/dist/*.tar.gz | sed 's,^[^/]*/,,' | sort >"$work/files"
git ls-files Cargo.toml Cargo.lock README.md 'LICENSE-*' '*/Cargo.toml' '*/src/*' bench/build.rs |
  grep -v '/peers/' | sort >"$work/needed"
missing=$(comm -13 "$work/files" "$work/needed")
[ -z "$missing" ] || { printf 'missing in the source distribution:\n%s\n' "$missing"; exit 1; }
wasted=$(grep -E '^(target|reports/records|\.ci|\.github)/' "$work/files" || true)
[ -z "$wasted" ] || { printf 'no part of the source distribution:\n%s\n' "$wasted"; exit 1; }

# Debian's and Ubuntu's layout; Python's own folder too, where it is not the system's.
python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.base_prefix))')
root=(--ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64
  --ro-bind-try /etc/ld.so.cache /etc/ld.so.cache --ro-bind "$python" "$python"
  --proc /proc --dev /dev --tmpfs /tmp --dir /home/user --ro-bind "$work/dist" /dist)
bwrap --unshare-all --die-with-parent --clearenv --setenv HOME /home/user --setenv PATH "$python/bin:/usr/bin" \
  "${root[@]}" --chdir /home/user /bin/sh -eu <<'INSIDE'
for tool in cargo rustc; do
  if command -v $tool; then echo "$tool is here, so this shows nothing"; exit 1; fi
done
python3 -m venv venv
venv/bin/pip install --quiet --no-index --find-links /dist --only-binary :all: skipbench
PATH=/home/user/venv/bin:$PATH
mkdir empty
cd empty
skipbench --version --verbose
# One set in place of five: every network is trained and timed all the same.
skipbench run --sets 1
skipbench report skipbench-results/quick-*
test -s "$(echo skipbench-results/quick-*/report.html)"
INSIDE
ls -l "$work/dist"
