#!/usr/bin/env bash
# The gate on real jobs: many in which nothing changed, and one each for two planted changes. Prints what `ci/power.md` holds.
#
#   ci/power.sh [JOBS]    20 jobs of about a minute, and two builds
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${1:-20}
work=$(mktemp -d)
trap 'git worktree remove --force "$work/planted" 2>/dev/null || true; rm -rf "$work"' EXIT

# Cargo goes by the times of files: what another tree's newer files gave must not be taken for what older ones give.
forget() { cargo clean --quiet --release -p skipbench -p skipbench-models -p skipbench-ops -p skipbench-kernels -p skipbench-reports -p skipbench-ci; }

built() { # DIR NAME: builds the tree in DIR and sets its program aside
  forget
  (cd "$1" && cargo build --release --bin skipbench --target-dir "$OLDPWD/target" 2>/dev/null)
  cp target/release/skipbench "$work/$2"
}

verdict() { # BASE HEAD ROUNDS: one job; prints its exit code, what regressed and the noise floors
  set +e
  "$work/same" gate --binaries "$1" "$2" --suite ci/power.toml --rounds "$3" --out "$work/job" --json >"$work/told.json" 2>"$work/log"
  code=$?
  set -e
  [ "$code" != 2 ] || { cat "$work/log"; exit 2; }
  regressed=$(grep -c '"verdict": "regressed"' "$work/told.json" || true)
  floors=$(sed -n 's/.*"noise_floor": \([0-9][0-9.e-]*\).*/\1/p' "$work/told.json" | sort -u | awk '{printf "%s%.1f %%", sep, $1 * 100; sep = ", "}')
  echo "$code $regressed $floors"
}

OLDPWD=$PWD
cd "$OLDPWD"
built . same
"$work/same" --version
echo "load before: $(cut -d' ' -f1 /proc/loadavg)"
alarms=0
judged=0
for job in $(seq "$jobs"); do
  read -r code regressed floors <<<"$(verdict "$work/same" "$work/same" 8)"
  [ "$code" != 1 ] || alarms=$((alarms + 1))
  # Exit code 0: every time was judged, for no noise floor was above the limit.
  [ "$code" != 0 ] || judged=$((judged + 1))
  echo "A/A job $job: exit $code, noise floors $floors"
done
echo "A/A: $alarms of $jobs regressed; in $judged of them the machine was quiet enough for its times to be judged"

for plant in extra-copy swapped-skip; do
  git worktree add --quiet --force --detach "$work/planted" HEAD
  git -C "$work/planted" apply "$PWD/ci/plants/$plant.patch"
  built "$work/planted" "$plant"
  git worktree remove --force "$work/planted"
  for job in 1 2 3; do
    read -r code regressed floors <<<"$(verdict "$work/same" "$work/$plant" 1)"
    echo "$plant, job $job: exit $code, $regressed metrics regressed"
  done
  grep -B6 '"verdict": "regressed"' "$work/told.json" | sed -n 's/.*"metric": "\(.*\)".*/  \1/p' | sort -u
done
forget
