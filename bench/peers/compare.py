#!/usr/bin/env python3
"""skipbench beside PyTorch, in turns: the same networks, batch and threads, pair after pair; prints a Markdown table.

    compare.py --skipbench target/release/skipbench --python venv/bin/python resnet20 densenet-40-12:recompute

A model may name the memory mode that skipbench runs it in (`naive`, `shared`, `recompute`). Needs PyTorch, and torchvision
for the networks on 224×224 pixels. A pair is one process of each, skipbench first in even pairs and PyTorch in odd ones;
the ratio is the median over pairs of images per second by images per second, so above 1 skipbench is faster.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent

SUITE = """
name = "peers"
data = "generated"
image_size = {size}
classes = 10
seeds = [1]
tasks = ["{task}"]

[recipe]
batch = {batch}
kernels = "{kernels}"
memory = "{memory}"
warmup_ms = {warmup_ms}
warmup_max_ms = 3000
timed_ms = {timed_ms}
timed_steps = {timed_steps}

[[group]]
name = "peers"
reference = "{model}"
"""


def skipbench(args, model, memory, task):
    size = 32 if model.startswith(("plain", "densenet-")) or model in CIFAR else 224
    with tempfile.TemporaryDirectory() as folder:
        suite = Path(folder, "peers.toml")
        suite.write_text(SUITE.format(size=size, task=task, model=model, memory=memory, **vars(args)))
        command = [args.skipbench, "run", str(suite), "--out", f"{folder}/out", "--threads", str(args.threads), "--quiet"]
        subprocess.run(command, check=True, capture_output=True)
        with open(f"{folder}/out/runs.csv", newline="") as file:
            row = next(csv.DictReader(file))
    if row["status"] != "ok":
        raise SystemExit(f"skipbench: {model}, {task}: {row['error']}")
    peak = int(row["rss_peak_bytes"])
    # The ceiling is that of an f32 product.
    known = row["ceiling_flops_per_s"] and args.kernels != "skipbench-bf16"
    ceiling = float(row["ceiling_flops_per_s"]) if known else None
    passes = 3 if task == "train-step" else 1
    share = 2 * passes * int(row["macs"]) * args.batch / int(row["step_ns_median"]) * 1e9 / ceiling if ceiling else None
    return {"params": int(row["params"]), "step_ns": int(row["step_ns_median"]), "peak": peak, "share": share}


CIFAR = {f"resnet{depth}" for depth in (20, 32, 44, 56, 110)}


# What skipbench tells glibc in its cells' processes: to keep freed memory (bench/README.md, Freed memory).
KEEPING = {
    "MALLOC_MMAP_THRESHOLD_": "1000000000000",
    "MALLOC_TRIM_THRESHOLD_": "1000000000000",
    "MALLOC_TOP_PAD_": "67108864",
}


def pytorch(args, model, task):
    command = [args.python, str(HERE / "torch_step.py"), model, task, str(args.batch), "--threads", str(args.threads)]
    command += ["--warmup-ms", str(args.warmup_ms), "--timed-ms", str(args.timed_ms), "--timed-steps", str(args.timed_steps)]
    command += ["--channels-last"] * args.channels_last + ["--compile"] * args.compile + ["--bf16"] * args.bf16
    env = os.environ if args.as_users_run_it else {**KEEPING, **os.environ}
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout)
    return {"params": found["params"], "step_ns": found["step_ns"], "peak": found["peak_rss_bytes"]}


def peer(args):
    """How PyTorch ran, in a few words."""
    said = {"compiled": args.compile, "channels last": args.channels_last, "bf16": args.bf16, "as users run it": args.as_users_run_it}
    return ", ".join(word for word, so in said.items() if so) or "eager"


def line(args, model, memory, task):
    ours, theirs = [], []
    for pair in range(args.pairs):
        if pair % 2:
            theirs.append(pytorch(args, model, task))
        ours.append(skipbench(args, model, memory, task))
        if not pair % 2:
            theirs.append(pytorch(args, model, task))
    assert ours[0]["params"] == theirs[0]["params"], f"{model}: not the same network"
    speed = [statistics.median(args.batch / run["step_ns"] * 1e9 for run in runs) for runs in (ours, theirs)]
    ratio = statistics.median(them["step_ns"] / us["step_ns"] for us, them in zip(ours, theirs))
    peak = [statistics.median(run["peak"] for run in runs) for runs in (ours, theirs)]
    share = [run["share"] for run in ours if run["share"]]
    cells = [model, str(args.batch), "" if memory == "naive" else memory, task, peer(args), str(args.pairs)]
    cells += [f"{speed[0]:.4g}", f"{speed[1]:.4g}", f"{ratio:.2f}"]
    cells += [f"{peak[0] / 2**20:.0f}", f"{peak[1] / 2**20:.0f}", f"{peak[0] / peak[1]:.2f}"]
    cells += [f"{100 * statistics.median(share):.0f} %" if share else ""]
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL[:MEMORY]")
    parser.add_argument("--skipbench", default="target/release/skipbench")
    parser.add_argument("--python", default="python3", help="an interpreter that has PyTorch")
    parser.add_argument("--task", dest="tasks", action="append", choices=("train-step", "infer"), help="may be repeated; default: both")
    parser.add_argument("--kernels", default="skipbench", choices=("skipbench", "skipbench-bf16", "burn"))
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--warmup-ms", type=int, default=500)
    parser.add_argument("--timed-ms", type=int, default=1500)
    parser.add_argument("--timed-steps", type=int, default=3, help="at least so many, however long they take")
    parser.add_argument("--as-users-run-it", action="store_true", help="PyTorch without what skipbench tells glibc")
    parser.add_argument("--channels-last", action="store_true", help="PyTorch in NHWC")
    parser.add_argument("--compile", action="store_true", help="PyTorch by torch.compile")
    parser.add_argument("--bf16", action="store_true", help="PyTorch in mixed precision (autocast to bf16); skipbench has --kernels skipbench-bf16")
    args = parser.parse_args()
    print("| network | batch | `memory` | task | PyTorch is | pairs | images/s | PyTorch | ratio | peak MiB | PyTorch | ratio | of the ceiling |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for name in args.models:
        model, _, memory = name.partition(":")
        for task in args.tasks or ("train-step", "infer"):
            line(args, model, memory or "naive", task)


if __name__ == "__main__":
    main()
