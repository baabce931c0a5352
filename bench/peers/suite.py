#!/usr/bin/env python3
"""Sets skipbench beside PyTorch, ONNX Runtime and OpenVINO, by `skipbench versus`.

    VENV/bin/python bench/peers/suite.py training inference    two suites
    VENV/bin/python bench/peers/suite.py training resnet56     a suite's engines with another network
    python3 bench/peers/suite.py --table --splice FILE         only the tables, from what is there

The engines are those that this interpreter has; others are named and left out. Every comparison keeps versus'
result.json and turns.csv, and about.json, in a directory of its own under --out. What is there is not measured again.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from peak import peak_bytes
from suites import ENGINES, SUITES, comparisons
from table import splice, tables

ROOT = Path(__file__).resolve().parent.parent.parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="SUITE|NETWORK",
                        help=f"{', '.join(SUITES)} (default: the first two), or networks for them")
    parser.add_argument("--skipbench", type=Path, default=ROOT / "target/release/skipbench")
    parser.add_argument("--out", type=Path, default=ROOT / "skipbench-results/peers")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--sets", type=int, default=8, help="as versus has it")
    parser.add_argument("--seconds", type=float, default=10, help="as versus has it")
    parser.add_argument("--table", action="store_true", help="measure nothing")
    parser.add_argument("--splice", type=Path, metavar="FILE", help="put the tables between this document's markers")
    parser.add_argument("--check", action="store_true", help="with --splice: only say whether the document is stale")
    return parser.parse_args()


@contextmanager
def found_by_name(skipbench):
    """An environment in which `skipbench` and `python` are the ones given: commands then name no one's folders."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "skipbench").symlink_to(skipbench.resolve())
        python = Path(folder, "python")  # A link would lose its virtual environment.
        python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
        python.chmod(0o755)
        yield {**os.environ, "PATH": os.pathsep.join([folder, os.environ.get("PATH", os.defpath)])}


def missing(chosen):
    """The engines that cannot run here, each with the packages that it lacks."""
    names = sorted({name for comparison in chosen for name in comparison.engines})
    return {name: packages for name in names if (packages := ENGINES[name].missing())}


def is_done(dir, commands):
    """Whether that was measured, without an error. Another measurement in its place is an error."""
    if not (dir / "about.json").exists():  # Written last.
        return False
    result = json.loads((dir / "result.json").read_text())
    if result["commands"] != list(commands.values()):
        raise SystemExit(f"{dir} holds a comparison of other commands: choose another --out, or remove it")
    return not any(program["error"] for program in result["outcome"]["programs"])


def forget(dir):
    """Removes an earlier comparison that broke off or had errors: versus writes over nothing."""
    for name in ("about.json", "result.json", "turns.csv", "lock", ".skipbench-turns"):
        (dir / name).unlink(missing_ok=True)


def about(args, comparison, commands, env):
    """What versus does not know."""
    peaks = {}
    if comparison.task == "train-step":
        peaks = {name: peak_bytes(command, cwd=ROOT, env=env) for name, command in commands.items()}
    return {
        "suite": comparison.suite, "network": comparison.network, "task": comparison.task,
        "batch": comparison.batch, "memory": comparison.memory,
        "labels": {name: ENGINES[name].label for name in comparison.engines},
        "date": time.strftime("%Y-%m-%d"), "cores": len(os.sched_getaffinity(0)),
        "sets": args.sets, "seconds": args.seconds, "peak_bytes": peaks,
    }


def measure(args, comparison, env):
    dir, commands = args.out.resolve() / comparison.name, comparison.commands(args.threads)
    if is_done(dir, commands):
        print(f"{comparison.name}: is there", file=sys.stderr)
        return
    start = time.monotonic()
    print(f"{comparison.name}: {', '.join(commands)}", file=sys.stderr, flush=True)
    forget(dir)
    versus = ["skipbench", "versus", *commands.values(), "--names", ",".join(commands), "--out", str(dir)]
    versus += ["--sets", str(args.sets), "--seconds", str(args.seconds), "--timeout", "600s"]
    ended = subprocess.run(versus, check=False, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    if ended.returncode not in (0, 2):  # 2: a program broke, and the table says so.
        raise SystemExit(f"skipbench versus ended with {ended.returncode}")
    check_networks(dir)
    # Only now, when what torch.compile keeps on the disk is there: compiling would be in the peak.
    (dir / "about.json").write_text(json.dumps(about(args, comparison, commands, env), indent=2) + "\n")
    print(f"{comparison.name}: {(time.monotonic() - start) / 60:.1f} minutes", file=sys.stderr, flush=True)


def check_networks(dir):
    """skipbench must have been measured, and all programs must have as many parameters."""
    programs = json.loads((dir / "result.json").read_text())["outcome"]["programs"]
    if error := programs[0]["error"] or programs[-1]["error"]:
        raise SystemExit(f"{dir}: skipbench could not be measured: {error}")
    params = {program["name"]: dict(program["introduction"]["facts"]).get("params")
              for program in programs if program["introduction"]}
    if len(set(params.values())) > 1:
        raise SystemExit(f"{dir}: not the same network, by its parameters: {params}")


def run(args):
    chosen = list(comparisons(args.words))
    gone = missing(chosen)
    for name, packages in gone.items():
        print(f"{name} is left out: this Python has no {', '.join(packages)}", file=sys.stderr)
    if not args.skipbench.exists():
        raise SystemExit(f"{args.skipbench} is not there: cargo build --release makes it, --skipbench names another")
    with found_by_name(args.skipbench) as env:
        for comparison in chosen:
            engines = tuple(name for name in comparison.engines if name not in gone)
            if engines:
                measure(args, replace(comparison, engines=engines), env)


def main():
    args = arguments()
    if not args.table:
        run(args)
    found = tables(args.out, SUITES)
    if args.splice is None:
        print("\n\n".join(table for table in found.values() if table))
    elif not splice(args.splice, found, args.check):
        raise SystemExit(f"{args.splice} is stale: run this without --check")


if __name__ == "__main__":
    main()
