#!/usr/bin/env bash
# @SHARDS@ shares of @SUITE@ as an array of jobs, about @EACH@ each, and a job that merges them.
# A share that is preempted, or loses its node, or meets its time limit, goes on where it was.
set -eu
mkdir -p @OUT@/logs
array=$(sbatch --parsable --job-name=@NAME@ --array=1-@SHARDS@ --cpus-per-task=@THREADS@ --mem=@MEMORY@M@SLURM_GPU@ \
  --time=@MINUTES@ --requeue --signal=B:TERM@120 --open-mode=append --output=@OUT@/logs/%A_%a.log <<'TASK'
#!/usr/bin/env bash
trap 'kill -TERM "$run"' TERM
@COMMAND@ --shard auto/@SHARDS@ --plan @PLAN@ --out @OUT@ & run=$!
code=0; wait "$run" || code=$?
while kill -0 "$run" 2>/dev/null; do code=0; wait "$run" || code=$?; done
# 75: try again; above 128: it was killed.
if { [ "$code" = 75 ] || [ "$code" -gt 128 ]; } && [ "${SLURM_RESTART_COUNT:-0}" -lt 20 ]; then
  scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"
TASK
)
sbatch --job-name=@NAME@-merge --dependency=afterany:"$array" --open-mode=append --output=@OUT@/logs/merge.log \
  --wrap='skipbench merge @OUT@ --out @OUT@-merged'
