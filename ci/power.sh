#!/usr/bin/env bash
# The gate on programs with a planted change of the code: three jobs each. Prints what `ci/power.md` holds of them. Jobs in
# which nothing changed, or in which steps are slower by a known share, are measured by the example `jobs`.
#
#   ci/power.sh      6 jobs of half a minute, and three builds
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'git worktree remove --force "$work/planted" 2>/dev/null || true; rm -rf "$work"' EXIT

# Cargo goes by the times of files: what another tree's newer files gave must not be taken for what older ones give.
forget() { cargo clean --quiet --release -p skipbench -p skipbench-models -p skipbench-ops -p skipbench-kernels -p skipbench-reports -p skipbench-ci; }

root=$PWD
built() { # DIR NAME: builds the tree in DIR and sets its program aside
  forget
  (cd "$1" && cargo build --release --bin skipbench --target-dir "$root/target" 2>/dev/null)
  cp target/release/skipbench "$work/$2"
}

built . same
"$work/same" --version
for plant in extra-copy swapped-skip; do
  git worktree add --quiet --force --detach "$work/planted" HEAD
  git -C "$work/planted" apply "$root/ci/plants/$plant.patch"
  built "$work/planted" "$plant"
  git worktree remove --force "$work/planted"
  for job in 1 2 3; do
    code=0
    "$work/same" gate --binaries "$work/same" "$work/$plant" --suite ci/power.toml --sets 2 --seconds 1 --out "$work/job" --json \
      >"$work/told.json" 2>"$work/log" || code=$?
    [ "$code" != 2 ] || { cat "$work/log"; exit 2; }
    echo "$plant, job $job: exit $code, $(grep -c '"verdict": "regressed"' "$work/told.json" || true) metrics regressed"
  done
  grep -B30 '"verdict": "regressed"' "$work/told.json" | sed -n 's/.*"metric": "\(.*\)".*/  \1/p' | sort -u
done
forget
