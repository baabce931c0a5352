#!/usr/bin/env bash
# Lets the compiler check the program for systems that this machine is not: Windows and macOS. Nothing is linked or run;
# .github/workflows/ci.yml runs the quick suite on both. Zig is the C compiler for the one dependency that has C in it.
set -euo pipefail
cd "$(dirname "$0")/.."

targets=("$@")
[ $# -gt 0 ] || targets=(x86_64-pc-windows-gnu aarch64-apple-darwin)
# Only a toolchain of rustup's can add systems.
if ! rustup target add "${targets[@]}"; then
  echo "note: the standard library for ${targets[*]} cannot be had, so nothing was checked"
  exit 0
fi

tools=$(realpath -m "${CARGO_TARGET_DIR:-target}")/systems
python3 -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check cargo-zigbuild ziglang
for target in "${targets[@]}"; do
  PATH=$tools/bin:$PATH cargo-zigbuild clippy --release --workspace --all-targets --target "$target" -- -D warnings
done
