#!/usr/bin/env python3
"""Other tools on one pair of programs: equal ones, and one whose steps are 3 % longer.

    cargo build --release && cargo build --release --manifest-path ci/peers/Cargo.toml --bins --benches
    python3 ci/peers/compare.py --rounds 10 --condition quiet

It needs `hyperfine`. Each round asks every tool about both pairs, in random order, and appends a line for each answer to
ci/power/peers.csv. `--condition busy` lets one process spin meanwhile. `--table` prints what ci/power.md holds.

Every tool is used as its documentation does by default. The gate looks for more than 3 %, so a program that is 3 %
slower is at its limit. Its interval answers what the others are asked, whether there is a difference at all.

All programs run with the C library's allocator told to keep its memory. By default it gives pages back within a step and
takes them anew. How often depends on where a process happens to lie, so that equal processes differ by percents (σ of
eight sets 3 to 7 %, against 0.4 % with these settings).
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
KEEP = {"MALLOC_TRIM_THRESHOLD_": "1000000000", "MALLOC_MMAP_THRESHOLD_": "1000000000", "MALLOC_TOP_PAD_": "100000000"}
TOOLS = ["skipbench gate", "Criterion", "hyperfine", "Tango"]
INTERVAL = "skipbench gate, its interval"


def run(*words, **more):
    """What a command prints, whatever it says by its exit code."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)
    return done.stdout + done.stderr


def gate(base, head, scratch):
    """Verdict and change by `skipbench gate`."""
    text = run(base["skipbench"], "gate", "--base-command", base["driven"], "--head-command", head["driven"],
               "--sets", 8, "--seconds", 1, "--out", tempfile.mkdtemp(dir=scratch), "--json", "--quiet")
    finding = json.JSONDecoder().raw_decode(text, text.index("{"))[0]["findings"][0]
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


def competitor():
    """A process that spins until it is killed."""
    return subprocess.Popen(["sh", "-c", "while :; do :; done"])


def collect(arguments):
    os.environ.update(KEEP)
    beside = competitor() if arguments.condition == "busy" else None
    try:
        ask(arguments)
    finally:
        if beside:
            beside.kill()


def ask(arguments):
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
                append(arguments.out, [started, arguments.condition, planted, tool, *answer, seconds, cpu, version(tool, arguments.target)])


def append(place, row):
    new = not place.exists()
    with place.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow(COLUMNS)
        writer.writerow(["" if value is None else f"{value:.5f}" if isinstance(value, float) else value for value in row])
    print(*row[1:9], flush=True)


def table(place):
    rows = list(csv.DictReader(place.open()))
    print("| tool | condition | n | equal programs: called different | 3 % longer: called slower | changes it gave for equal programs | "
          "for 3 % | seconds for an answer |")
    print("|---|---|---|---|---|---|---|---|")
    for condition in sorted({row["condition"] for row in rows}, reverse=True):
        for tool in [TOOLS[0], INTERVAL, *TOOLS[1:]]:
            own = [row for row in rows if (row["tool"], row["condition"]) == (tool.removesuffix(", its interval"), condition)]
            own = [{**row, "says": by_interval(row)} for row in own] if tool == INTERVAL else own
            equal, planted = ([row for row in own if row["planted_percent"] == which] for which in ("0", "3"))
            if not equal or not planted:
                continue
            wrong = sum(row["says"] in ("slower", "faster") for row in equal)
            right = sum(row["says"] == "slower" for row in planted)
            seconds = statistics.median(float(row["seconds"]) for row in own)
            print(f"| {tool} | {condition} | {len(equal)} and {len(planted)} | {wrong} of {len(equal)} | {right} of {len(planted)} | "
                  f"{spread(equal)} | {spread(planted)} | {seconds:.0f} |")


def by_interval(row):
    """What an interval says of a difference, however small."""
    return "slower" if float(row["low"]) > 1 else "faster" if float(row["high"]) < 1 else "no difference"


def spread(rows):
    """From the smallest to the largest change."""
    changes = sorted(100 * (float(row["change"]) - 1) for row in rows)
    return f"{changes[0]:+.1f} to {changes[-1]:+.1f} %".replace("-", "−")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1, help="how often each tool is asked about each pair")
    parser.add_argument("--condition", default="quiet", choices=["quiet", "busy"], help="busy: beside a competing process")
    parser.add_argument("--out", type=pathlib.Path, default=ROWS, help="where answers are added")
    parser.add_argument("--target", type=pathlib.Path, default=HERE.parent.parent / "target/release", help="where the programs were built")
    parser.add_argument("--table", action="store_true", help="print the table of all answers so far")
    arguments = parser.parse_args()
    table(arguments.out) if arguments.table else collect(arguments)


if __name__ == "__main__":
    main()
