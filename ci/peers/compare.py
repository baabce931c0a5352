#!/usr/bin/env python3
"""Other tools on one pair of programs: equal ones, and one whose steps are 3 % longer.

    cargo build --release && cargo build --release --manifest-path ci/peers/Cargo.toml --bins --benches
    python3 ci/peers/compare.py --rounds 10 --condition quiet

It needs `hyperfine`. Each round asks every tool about both pairs, in random order, and appends a line for each answer to
ci/power/peers.csv. `--table` prints what ci/power.md holds.
"""

import argparse
import csv
import datetime
import json
import math
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROWS = HERE.parent / "power" / "peers.csv"
COLUMNS = ["started", "condition", "planted_percent", "tool", "says", "change", "low", "high", "seconds", "cpu", "version"]
TOOLS = ["skipbench gate", "Criterion", "hyperfine", "Tango"]


def run(*words, **more):
    """What a command prints, whatever it says by its exit code."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)
    return done.stdout + done.stderr


def gate(base, head, scratch):
    """Verdict and change by `skipbench gate`."""
    text = run(base["skipbench"], "gate", "--base-command", base["driven"], "--head-command", head["driven"],
               "--sets", 8, "--seconds", 1, "--out", scratch / "job", "--json")
    finding = json.loads(text[text.index("{"):])["findings"][0]
    says = {"regressed": "slower", "improved": "faster", "pass": "no difference"}.get(finding["verdict"], "cannot tell")
    return says, finding["effect"], finding["low"], finding["high"]


def criterion(base, head, scratch):
    """Criterion's own words on its second run, compared with its first."""
    place = {**os.environ, "CRITERION_HOME": str(scratch)}
    run(base["criterion"], "--bench", "--noplot", "--save-baseline", "base", env=place)
    text = run(head["criterion"], "--bench", "--noplot", "--baseline", "base", env=place)
    change = re.search(r"change:\s+\[(\S+)% (\S+)% (\S+)%\]", text) or re.search(r"time:\s+\[(\S+)% (\S+)% (\S+)%\]", text)
    low, middle, high = (1 + float(part.replace("−", "-")) / 100 for part in change.groups())
    if "has regressed" in text:
        return "slower", middle, low, high
    return ("faster" if "has improved" in text else "no difference"), middle, low, high


def hyperfine(base, head, scratch):
    """Whole processes of 200 steps; Welch's test at 5 %, as hyperfine's own script has it."""
    out = scratch / "hyperfine.json"
    run("hyperfine", "--warmup", 1, "--runs", 10, "--export-json", out, f"{base['driven']} 200", f"{head['driven']} 200")
    first, second = (result["times"] for result in json.loads(out.read_text())["results"])
    ratio = statistics.mean(second) / statistics.mean(first)
    error = math.sqrt(sum(statistics.variance(times) / len(times) / statistics.mean(times) ** 2 for times in (first, second)))
    # Student's quantile for 18 degrees of freedom, as of two equal samples of ten.
    low, high = ratio * (1 - 2.101 * error), ratio * (1 + 2.101 * error)
    says = "slower" if low > 1 else "faster" if high < 1 else "no difference"
    return says, ratio, low, high


def tango(base, head, scratch):
    """Tango's change; its star means significant. It gives no interval."""
    text = run(head["tango"], "compare", base["tango"], "-t", 15)
    change, star = re.search(r"([+-][\d.]+)%(\*?)", text).groups()
    ratio = 1 + float(change) / 100
    says = ("slower" if ratio > 1 else "faster") if star else "no difference"
    return says, ratio, None, None


ASK = dict(zip(TOOLS, [gate, criterion, hyperfine, tango]))


def programs(target, scratch):
    """The equal programs, and those with 3 % planted: copies under a name that asks for it."""
    newest = lambda name: max((target / "deps").glob(f"{name}-????????????????"), key=lambda path: path.stat().st_mtime)
    sources = {"driven": target / "driven", "criterion": newest("criterion"), "tango": newest("tango")}
    sides = {}
    for name in ("base", "equal", "planted-3"):
        sides[name] = {"skipbench": target / "skipbench"}
        for tool, source in sources.items():
            sides[name][tool] = scratch / f"{tool}-{name}"
            shutil.copy2(source, sides[name][tool])
    return sides


def version(tool, target):
    """What is recorded of a tool."""
    words = {"skipbench gate": [target / "skipbench", "--version"], "hyperfine": ["hyperfine", "--version"]}.get(tool)
    if words:
        return run(*words).strip()
    lock = (HERE / "Cargo.lock").read_text()
    package = {"Criterion": "criterion", "Tango": "tango-bench"}[tool]
    return f"{package} " + re.search(rf'name = "{package}"\nversion = "(.*)"', lock).group(1)


def collect(arguments):
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text()).group(1)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        sides = programs(arguments.target, scratch)
        for _ in range(arguments.rounds):
            questions = [(tool, name) for tool in TOOLS for name in ("equal", "planted-3")]
            random.shuffle(questions)
            for tool, name in questions:
                start, started = time.monotonic(), datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
                answer = ASK[tool](sides["base"], sides[name], scratch)
                planted = 3 if name == "planted-3" else 0
                seconds = round(time.monotonic() - start, 1)
                append([started, arguments.condition, planted, tool, *answer, seconds, cpu, version(tool, arguments.target)])


def append(row):
    new = not ROWS.exists()
    with ROWS.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow(COLUMNS)
        writer.writerow(["" if value is None else f"{value:.5f}" if isinstance(value, float) else value for value in row])
    print(*row[1:9], flush=True)


def table():
    rows = list(csv.DictReader(ROWS.open()))
    print("| tool | condition | n | equal programs: called different | 3 % longer: called slower | changes it gave for equal programs | "
          "for 3 % | seconds for an answer |")
    print("|---|---|---|---|---|---|---|---|")
    for condition in sorted({row["condition"] for row in rows}, reverse=True):
        for tool in TOOLS:
            own = [row for row in rows if (row["tool"], row["condition"]) == (tool, condition)]
            equal, planted = ([row for row in own if row["planted_percent"] == which] for which in ("0", "3"))
            if not equal or not planted:
                continue
            wrong = sum(row["says"] in ("slower", "faster") for row in equal)
            right = sum(row["says"] == "slower" for row in planted)
            seconds = statistics.median(float(row["seconds"]) for row in own)
            print(f"| {tool} | {condition} | {len(equal)} and {len(planted)} | {wrong} of {len(equal)} | {right} of {len(planted)} | "
                  f"{spread(equal)} | {spread(planted)} | {seconds:.0f} |")


def spread(rows):
    """From the smallest to the largest change."""
    changes = sorted(100 * (float(row["change"]) - 1) for row in rows)
    return f"{changes[0]:+.1f} to {changes[-1]:+.1f} %".replace("-", "−")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1, help="how often each tool is asked about each pair")
    parser.add_argument("--condition", default="quiet", help="what is recorded: quiet, or busy beside a competing thread")
    parser.add_argument("--target", type=pathlib.Path, default=HERE.parent.parent / "target/release", help="where the programs were built")
    parser.add_argument("--table", action="store_true", help="print the table of all answers so far")
    arguments = parser.parse_args()
    table() if arguments.table else collect(arguments)


if __name__ == "__main__":
    main()
