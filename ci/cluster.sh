#!/usr/bin/env bash
# A plan on a real Slurm of four nodes on this machine (ci/local-cluster, as root): one node dies, one task is preempted,
# one is requeued by hand, and one cell always fails. The merged run must be what one machine measures: every cell once,
# and every column alike that is no time.
#   ci/cluster.sh [VALUES [SHARDS]]      three cells a value and seven more; usually 331 and 40: a thousand cells
# SKIPBENCH names the program; usually that of target/release.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
values=${1:-331} shards=${2:-40}
program=$(realpath "${SKIPBENCH:-${CARGO_TARGET_DIR:-$here/../target}/release/skipbench}")
work=$(mktemp -d)
mkdir "$work/bin"
ln -s "$program" "$work/bin/skipbench"
export PATH=$work/bin:$PATH SLURM_CONF=$work/slurm/slurm.conf
cd "$work"

say() { printf '%4s s  %s\n' "$SECONDS" "$*"; }
end() {
  scancel --user="$(id -un)" 2>/dev/null || true
  "$here/local-cluster" down "$work/slurm"
}

cat >tiny.toml <<SUITE
name = "tiny"
data = "digits"
seeds = [1]
tasks = ["train", "peak-memory-train", "peak-memory-infer"]
sets = 2
timeout_s = 60
memory_limit_mib = 512

[recipe]
epochs = 1
steps = 2
batch = 16
warmup_ms = 1
warmup_max_ms = 1
timed_ms = 1
timed_steps = 2

[[group]]
name = "batches"
reference = "resnet8-w4"
sweep = { over = "batch", values = [$(seq -s, 1 "$values")] }

[[group]]
name = "timed"
reference = "resnet8-w4"
models = ["plain8-w4"]
tasks = ["train-step"]

[[group]]
name = "always fails"
reference = "resnet8-w4"
tasks = ["train"]
recipe = { lr = 1e30, epochs = 9, steps = 60 }
SUITE

# A task of the array that runs on a node.
running() { squeue --noheader --name=tiny --states=R --format='%i %N' | awk -v node="$1" '$2 == node {print $1; exit}'; }
until_running() {
  for _ in $(seq 600); do
    task=$(running "$1")
    [ -z "$task" ] || return 0
    sleep 0.05
  done
  echo "nothing runs on $1" >&2
  exit 1
}

"$here/local-cluster" up "$work/slurm" 4
trap end EXIT
say "cluster up: four nodes of one processor"
skipbench plan tiny.toml --shards "$shards" --for slurm --threads 1 >submit.sh
cells=$(skipbench run tiny.toml --list --threads 1 | wc -l)
sbatch --test-only --array="1-$shards" --requeue --signal=B:TERM@120 --open-mode=append --wrap=true
bash submit.sh
say "$cells cells in $shards shares submitted"

until_running n2
sleep 0.7
"$here/local-cluster" kill "$work/slurm" n2
say "node n2 died with $task"
until_running n1
sbatch --partition=urgent --nodelist=n1 --output=/dev/null --wrap='sleep 2'
say "preempted by a job of the urgent partition: $task"
until_running n3
scontrol requeue "$task"
say "requeued by hand: $task"
(sleep 40 && "$here/local-cluster" start "$work/slurm" n2) >/dev/null 2>&1 &

while [ -n "$(squeue --noheader --name=tiny,tiny-merge)" ]; do sleep 1; done
say "all jobs ended; $(wc -l <"$work/slurm/jobcomp.txt") of them are in Slurm's record"
cat results/tiny/logs/merge.log
left=$(cat results/tiny/logs/*.log | grep -c '^leaving: ' || true)
say "$left times a task was let go of"
[ "$left" -gt 0 ]

skipbench run tiny.toml --threads 1 --out alone --quiet >/dev/null || [ $? = 1 ]
say "one machine alone has measured the same cells"
python3 - "$cells" <<'CHECK'
import csv, sys
TIMES = ("started", "wall_ns", "command", "plan", "digest", "time_ratio", "turns", "dropped_turns", "other_load_cores",
         "cpu_mhz", "rss_peak_bytes", "warmup_steady", "warmup_steps", "timed_steps", "work_instructions")
def rows(path):
    with open(path + "/runs.csv", newline="") as file:
        found = list(csv.DictReader(file))
    kept = [name for name in found[0] if name not in TIMES and "_ns" not in name and not name.startswith("ceiling_")]
    cells = {row["cell"]: {name: row[name] for name in kept if not (row["task"] == "train-step" and name == "loss")} for row in found}
    assert len(cells) == len(found) == int(sys.argv[1]), f"{path}: {len(found)} rows of {len(cells)} cells"
    return cells, kept
merged, kept = rows("results/tiny-merged")
alone, _ = rows("alone")
assert merged.keys() == alone.keys(), "other cells"
def same(name, one, two):
    # Peaks of the heap vary by some bytes of the program itself, on one machine too.
    return one == two or name.startswith("heap_") and one and two and abs(int(one) - int(two)) <= 256
differing = [(cell, name) for cell in alone for name in alone[cell] if not same(name, alone[cell][name], merged[cell][name])]
assert not differing, f"{len(differing)} values differ, the first {differing[0]}"
failed = [row["error"] for row in merged.values() if row["status"] != "ok"]
assert len(failed) == 1 and "diverged" in failed[0], failed
print(f"merged equals alone: {len(merged)} cells, {len(kept)} columns each, one that failed: {failed[0]}")
CHECK
say "done"
